"""The last gate: a review is checked by its strict JSON Schema before it goes anywhere."""

from functools import cache

from jsonschema import Draft202012Validator

from schemas.errors import InvalidReviewError
from schemas.json_form import to_json
from schemas.registry import json_schema
from schemas.review import ReviewReady

MAX_PROBLEMS_NAMED = 8


def check_review(review: ReviewReady) -> None:
    """Refuse a review that its own JSON Schema (2020-12, formats asserted) refuses.

    Raises:
        InvalidReviewError: with the JSON path and rule of each problem, never the content.
    """
    problems = [
        f"{error.json_path} breaks {error.validator}"
        for error in _validator().iter_errors(to_json(review))
    ]
    if problems:
        named = "; ".join(sorted(problems)[:MAX_PROBLEMS_NAMED])
        raise InvalidReviewError(f"the review of run {review.run_id} is no valid review: {named}")


@cache
def _validator() -> Draft202012Validator:
    schema = json_schema("review_ready")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
