"""Whether a revision on its way was asked for before its review began.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column; what is on its way now counts as not asked for."""
    op.add_column(
        "publications",
        sa.Column("asked_for", sa.Boolean, nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_column("publications", "asked_for")
