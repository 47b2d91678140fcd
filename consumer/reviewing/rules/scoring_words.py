"""Words of scoring: the frames in which a dimension's basis is told, the last of each a label."""

from collections.abc import Mapping
from typing import Final, Literal

# What a dimension's points rest on: several scores, one, none but attempts and hints, none but
# that it was done, the other dimensions, or nothing at all.
Basis = Literal["scored", "single", "unscored", "bare", "others", "nothing"]

FRAMES: Final[Mapping[Basis, tuple[str, ...]]] = {
    "scored": (
        "{Objectives} exercised {title}, at a mean score of {mean} and with {hints}.",
        "The mean over {objectives} is {mean}; {hints} came with it.",
        "With {hints} over {objectives}, {title} stands at a mean of {mean}.",
        "Taken from {objectives} and {hints}, the average here is {mean}.",
        "{title} comes out at {mean} on average, {objectives} and {hints} taken together.",
        "For {title} the record shows {objectives}, {hints} and an average of {mean}.",
        "{mean} over {objectives}, {hints}.",
    ),
    "single": (
        "{title} rests on {only} alone, which scored {mean} with {hints}.",
        "Only {only} exercised {title}: {mean}, {hints}.",
        "With one objective to go by, {only}, at {mean}, {title} is thinly measured.",
        "{only} is all there is on {title}, and it came to {mean}.",
        "At {mean}, {only} speaks for {title} by itself.",
        "{title} was asked for once, in {only}: {mean} and {hints}.",
        "What is known of {title} comes from {only}, at {mean}.",
        "{only} alone: {mean}, {hints}.",
    ),
    "unscored": (
        "{Objectives} exercised {title} without a score, so attempts and {hints} had to do.",
        "No score stands beside the {objectives} of {title}; it rests on attempts and {hints}.",
        "For {title} there are attempts and {hints} to go by, over {objectives}, and no score.",
        "What {title} shows is {objectives} with {hints}, unscored.",
        "{Objectives}, unscored, {hints}.",
    ),
    "bare": (
        "{Objectives} exercised {title}, and neither a score nor a retry says how well.",
        "That {objectives} of {title} came to an end is all the record says.",
        "{Objectives}, closed and unscored.",
    ),
    "others": (
        "No objective of this run exercised {title}, so it gets the mean of the others.",
        "{title} was measured by nothing here and stands where the others do on average.",
        "The others' mean, for want of an objective that asked for {title}.",
        "{title} follows the mean of the rest, as nothing in the run was about it.",
        "With nothing to go by for {title}, the mean of the other dimensions stands in.",
        "Not measured: the others' mean.",
    ),
    "nothing": (
        "No objective exercised {title} or any other dimension, so all get an even share.",
        "{title} gets an even share, too.",
        "Nothing was measured for {title} either.",
        "For {title} there is no figure to part the points by.",
        "{title}: an even share.",
    ),
}
ENDS: Final = (
    "{best} carried it most, {low} least.",
    "what pulled it down was {low}; {best} held it up.",
    "it ranges from {low} up to {best}.",
    "at its best in {best}, it was weakest in {low}.",
)
