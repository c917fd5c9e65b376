"""Review chains as data of a policy set: who passes a revision, in which order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.events import Json, Wire

Release = Literal["OFFICE", "POLICY"]
SECRECY = "SECRECY"

NAMES = {
    "SECRECY": "保密审查",
    "SECTION": "科室审核",
    "OFFICE_PRE": "公开办报批前审查",
    "OFFICE": "公开办审核",
    "DEPUTY": "分管领导审核",
    "LEADER": "领导审批",
}


class Step(Wire):
    """Review step 审查环节: any holder of one of `roles` in the item's agency decides it.

    `when` limits the step to some submissions; the only condition known is
    `POLICY_NOT_PROACTIVE`: a policy document that is not to be public at once (S4-04).
    """

    step: str
    roles: tuple[str, ...] = Field(min_length=1)
    when: str | None = None
    label: str | None = Field(default=None, alias="name")

    @property
    def name(self) -> str:
        """What people read."""
        return self.label or NAMES.get(self.step, self.step)


class Chain(Wire):
    """Review chain 审查审批程序. `release`: who lets it go to the public afterwards."""

    steps: tuple[Step, ...] = Field(min_length=1)
    release: Release = "OFFICE"

    def for_document(self, document_kind: str | None, attribute: str) -> Chain:
        """The steps that apply, with secrecy review first where the data forgot it.

        Nothing is published without a passed secrecy review (OGI Regulations art. 17, S2-20).
        """
        steps = tuple(step for step in self.steps if _applies(step, document_kind, attribute))
        if all(step.step != SECRECY for step in steps):
            steps = (SECRECY_STEP, *steps)
        return Chain(steps=steps, release=self.release)


def _applies(step: Step, document_kind: str | None, attribute: str) -> bool:
    if step.when is None:
        return True
    return (
        step.when == "POLICY_NOT_PROACTIVE"
        and document_kind == "POLICY"
        and attribute != "PROACTIVE"
    )


SECRECY_STEP = Step(step=SECRECY, roles=("SECRECY_REVIEWER",))
DEFAULT = Chain(
    steps=(
        SECRECY_STEP,
        Step(step="OFFICE", roles=("DISCLOSURE_OFFICE",)),
        Step(step="LEADER", roles=("PRINCIPAL_LEADER", "DEPUTY_LEADER")),
    )
)


class Chains(Wire):
    """What approval reads of a policy set."""

    chains: dict[str, Chain] = Field(default_factory=dict)


def chain_of(policy: Json, name: str) -> Chain:
    """The chain of that name, else the set's `default`, else the product's own."""
    known = Chains.model_validate(policy).chains
    return known.get(name) or known.get("default") or DEFAULT
