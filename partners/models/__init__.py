from __future__ import annotations

from partners.models.access import Allowance, ApiToken, SignInLink, SignInRequest
from partners.models.application import Application, ApplicationEvent, FieldAlias
from partners.models.card import SentCard
from partners.models.change import ProfileChange
from partners.models.chat import PartnerChat, PartnerChatLink
from partners.models.conversation import Channel, ChatMessage, Conversation
from partners.models.decision import Decision, DecisionReason, Note, Outcome
from partners.models.document import Document
from partners.models.evidence import (
    AskingGate,
    RegistryAnswer,
    RegistryChange,
    RiskSignal,
    RuleVerdict,
)
from partners.models.keyword import Keyword
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
    "Channel",
    "ChatMessage",
    "City",
    "Conversation",
    "Decision",
    "DecisionReason",
    "Document",
    "FieldAlias",
    "Keyword",
    "Lead",
    "LeadOffer",
    "LegalForm",
    "Note",
    "Outcome",
    "Partner",
    "PartnerChat",
    "PartnerChatLink",
    "PartnerService",
    "ProfileChange",
    "QuotaMonth",
    "Region",
    "RegistryAnswer",
    "RegistryChange",
    "RiskSignal",
    "RuleVerdict",
    "SearchWord",
    "SentCard",
    "Shows",
    "SignInLink",
    "SignInRequest",
    "Specialisation",
    "Tier",
    "TildaAsset",
    "TildaPage",
]
