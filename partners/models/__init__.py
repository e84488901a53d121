from __future__ import annotations

from partners.models.access import Allowance, ApiToken, SignInLink, SignInRequest
from partners.models.application import Application, ApplicationEvent, FieldAlias
from partners.models.change import ProfileChange
from partners.models.decision import Decision, DecisionReason, Note, Outcome
from partners.models.document import Document
from partners.models.evidence import (
    AskingGate,
    RegistryAnswer,
    RegistryChange,
    RiskSignal,
    RuleVerdict,
)
from partners.models.lead import Lead, LeadOffer, QuotaMonth
from partners.models.look import TildaAsset, TildaPage
from partners.models.partner import Partner, PartnerService, SearchWord, Shows
from partners.models.vocabulary import Category, City, LegalForm, Region, Specialisation, Tier

__all__ = [
    "Allowance",
    "ApiToken",
    "Application",
    "ApplicationEvent",
    "AskingGate",
    "Category",
    "City",
    "Decision",
    "DecisionReason",
    "Document",
    "FieldAlias",
    "Lead",
    "LeadOffer",
    "LegalForm",
    "Note",
    "Outcome",
    "Partner",
    "PartnerService",
    "ProfileChange",
    "QuotaMonth",
    "Region",
    "RegistryAnswer",
    "RegistryChange",
    "RiskSignal",
    "RuleVerdict",
    "SearchWord",
    "Shows",
    "SignInLink",
    "SignInRequest",
    "Specialisation",
    "Tier",
    "TildaAsset",
    "TildaPage",
]
