"""What people say, kept as threads: one row per message, whichever channel brought it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from integrations.clock import now
from integrations.models import InboundCallback
from integrations.services import outbox
from partners.models import Channel, ChatMessage, Conversation
from partners.services import readers
from partners.services.channels import ANSWERED_THERE, READERS, ByHand, Incoming, Learned, port_of

Author, Kind, State = ChatMessage.Author, ChatMessage.Kind, ChatMessage.State
Stage = Conversation.Stage
RECALLED = 10  # calls that are read again
REMEMBERED = timedelta(days=1)  # after its last words a conversation is not gone on with by itself

# Why a person is wanted, as it is kept; staff read it in their language.
ASKED = gettext_noop("просит человека")
NOT_UNDERSTOOD = gettext_noop("не поняли дважды")
NOBODY_FITS = gettext_noop("никто не подошёл")
NOBODY_TOOK = gettext_noop("никто не взялся")
FILE_CAME = gettext_noop("прислал файл")
NOT_DELIVERED = gettext_noop("ответ не доставлен")
NO_ADDRESS = gettext_noop("ответить некуда: нет ни чата, ни e-mail")
# At which the robot has asked for something, and waits.
ASKING = (Stage.WHO, Stage.WHAT, Stage.CONFIRM, Stage.RATING)


def apply(row: InboundCallback) -> str:
    """A stored call as messages of its conversation, in the caller's transaction. Raises CallbackMalformed."""
    said = READERS[row.source](row.as_raw())
    fresh = 0
    for one in said:
        if isinstance(one, Learned):
            if not learn(one):
                row.case = row.case or _awaited(one.channel, one.chat, one.customer)
            continue
        if isinstance(one, ByHand):
            message, is_new = overhear(one, callback=row)
        else:
            message, is_new = receive(one, callback=row)
        row.case = message.conversation.case
        fresh += is_new
    if fresh:
        return "message"
    return "noted" if all(isinstance(one, Learned) for one in said) else "repeat"


@transaction.atomic
def receive(
    incoming: Incoming, *, callback: InboundCallback | None = None
) -> tuple[ChatMessage, bool]:
    """Keep what somebody said and order its answer; the same message again is the one already kept.

    News are kept and not answered.
    """
    conversation = _conversation(incoming)
    message, is_new = ChatMessage.objects.get_or_create(
        conversation=conversation,
        author=Author.PERSON,
        external_id=incoming.message_id,
        defaults={
            "kind": Kind.NEWS if incoming.is_news else Kind.TEXT,
            "state": State.RECEIVED,
            "text": incoming.text or "",
            "needs_text": incoming.text is None,
            "attachments": list(incoming.attachments),
            "data": dict(incoming.data),
            "callback": callback,
            "handled_at": now() if incoming.is_news else None,
        },
    )
    if not is_new:
        return message, False
    Conversation.objects.filter(pk=conversation.pk).update(last_at=now(), unread=F("unread") + 1)
    if incoming.is_news:
        return message, True
    outbox.publish(
        "message.received",
        {"message_id": message.pk},
        key=f"message:{message.pk}",
        case=conversation.case,
    )
    return message, True


@transaction.atomic
def overhear(said: ByHand, *, callback: InboundCallback | None = None) -> tuple[ChatMessage, bool]:
    """Keep what a colleague said past us, and leave the conversation to him: the robot is silent from here on.

    A message of ours that the service does not name as ours is ours still, and silences nobody.
    """
    conversation, _is_new = _held(said.channel, said.chat)
    known = _ours_already(conversation, said)
    if known is not None:
        ours = ChatMessage.objects.filter(pk=known.pk, delivered_at=None)
        if known.external_id == said.message_id:
            ours.update(delivered_at=now())
        return known, False
    message = ChatMessage.objects.create(
        conversation=conversation,
        author=Author.STAFF,
        state=State.SENT,
        external_id=said.message_id,
        text=said.text or "",
        attachments=list(said.attachments),
        callback=callback,
        sent_at=now(),
        delivered_at=now(),
    )
    Conversation.objects.filter(pk=conversation.pk).update(
        last_at=now(), wants_person=port_of(said.channel).answered_there
    )
    return message, True


def is_with_people(conversation: Conversation) -> bool:
    """A colleague has it, here or in the service's own window: the robot says nothing."""
    return conversation.taken_by_id is not None or conversation.wants_person in ANSWERED_THERE


def is_waiting(conversation: Conversation) -> bool:
    """A person is wanted, and nobody answers past us."""
    return conversation.wants_person not in {"", *ANSWERED_THERE}


def is_awaited(channel: Channel, chat: str, *, asked: bool = False) -> bool:
    """Whether what is written in this chat goes on with a conversation; `asked`: only where it answers a question."""
    talk = Conversation.objects.filter(
        channel=channel, external_id=chat, last_at__gt=now() - REMEMBERED
    )
    talk = talk.filter(stage__in=ASKING) if asked else talk.exclude(stage=Stage.CLOSED)
    return talk.exists()


@transaction.atomic
def learn(learned: Learned) -> int:
    """Note what a call tells besides messages; returns how many conversations or messages it was about."""
    if learned.own is not None or learned.external_id:
        return _delivered(learned)
    found = Conversation.objects.select_for_update().filter(channel=learned.channel)
    if learned.chat:
        found = found.filter(external_id=learned.chat)
    elif learned.customer:
        found = found.filter(reply_to__customer=learned.customer)
    else:
        return 0
    rows = list(found)
    for row in rows:
        fill(row, name=learned.name, phone=learned.phone, email=learned.email)
    return len(rows)


@transaction.atomic
def want_person(conversation_id: int, why: str) -> None:
    """Put a conversation on the people's queue and tell staff; one that waits there already stays as it is."""
    waiting = Conversation.objects.filter(pk=conversation_id, wants_person="")
    if not waiting.update(wants_person=why):
        return
    latest = ChatMessage.objects.filter(conversation=conversation_id).order_by("-id")
    event = f"conversation-waits:{conversation_id}:{latest.values_list('pk', flat=True).first()}"
    outbox.publish(
        "conversation.waits",
        {"conversation_id": conversation_id, "event": event},
        key=event,
        case=f"conversation:{conversation_id}",
    )


def fill(conversation: Conversation, *, name: str = "", phone: str = "", email: str = "") -> None:
    """Take over contacts that were not known yet; what cannot be one is left out."""
    found = {
        "name": " ".join(name.split())[:200],
        "phone": _read(readers.phone, phone),
        "email": _read(readers.email, email),
    }
    fresh = [field for field, value in found.items() if value and not getattr(conversation, field)]
    for field in fresh:
        setattr(conversation, field, found[field])
    if fresh:
        conversation.save(update_fields=fresh)


def _read(reader: Callable[[str], str], text: str) -> str:
    try:
        return reader(text) if text.strip() else ""
    except readers.Unreadable:
        return ""


def _conversation(incoming: Incoming) -> Conversation:
    """The thread as the message finds it, with what the message tells of the person."""
    conversation, is_new = _held(incoming.channel, incoming.chat)
    is_new_customer = "customer" in incoming.reply_to and "customer" not in conversation.reply_to
    fill(conversation, name=incoming.name, phone=incoming.phone, email=incoming.email)
    changed = []
    if incoming.reply_to and conversation.reply_to != {
        **conversation.reply_to,
        **incoming.reply_to,
    }:
        conversation.reply_to = {**conversation.reply_to, **incoming.reply_to}
        changed.append("reply_to")
    if incoming.language in ("ru", "en") and conversation.language != incoming.language:
        conversation.language = incoming.language
        changed.append("language")
    if changed:
        conversation.save(update_fields=changed)
    if is_new or is_new_customer:
        _recall(conversation)
        conversation.refresh_from_db()
    return conversation


def _held(channel: Channel, chat: str) -> tuple[Conversation, bool]:
    """The thread, its row locked: two messages of one person are dealt with one after the other."""
    _kept, is_new = Conversation.objects.get_or_create(channel=channel, external_id=chat)
    conversation = Conversation.objects.select_for_update().get(channel=channel, external_id=chat)
    return conversation, is_new


def _ours_already(conversation: Conversation, said: ByHand) -> ChatMessage | None:
    """The message that this one is: kept before, or on its way with these words and no number yet."""
    if said.text is None:
        underway = Q(state=State.SENDING)
    else:
        underway = Q(state__in=[State.SENDING, State.UNCLEAR], text=said.text)
    same = Q(external_id=said.message_id) | (underway & Q(external_id=None))
    ours = conversation.messages.exclude(author=Author.PERSON)
    return ours.filter(same).order_by("-pk").first()


def _awaited(channel: Channel, chat: str, customer: str) -> str:
    """The case of a call that told of somebody who has not written yet."""
    subject = f"chat:{chat}" if chat else f"customer:{customer}" if customer else ""
    return f"{channel}:{subject}"[:60] if subject else ""


def _recall(conversation: Conversation) -> None:
    """What calls told of the person before his first message: services announce a customer first."""
    channel, customer = Channel(conversation.channel), conversation.reply_to.get("customer", "")
    cases = {
        _awaited(channel, conversation.external_id, ""),
        _awaited(channel, "", str(customer)),
    } - {""}
    earlier = InboundCallback.objects.filter(case__in=cases, source__in=READERS).order_by("-id")
    for row in earlier[:RECALLED]:
        for one in READERS[row.source](row.as_raw()):
            if isinstance(one, Learned) and one.own is None and not one.external_id:
                learn(one)


def _delivered(learned: Learned) -> int:
    """The service tells of a message that went out: ours arrived, and is unclear no more."""
    ours = ChatMessage.objects.exclude(author=Author.PERSON).filter(
        conversation__channel=learned.channel, delivered_at=None
    )
    if learned.own is None:
        return ours.filter(external_id=learned.external_id).update(delivered_at=now())
    # In this order: whoever notes at this moment that no answer came holds the row, and is waited for.
    moment = now()
    found = ours.filter(pk=learned.own).update(delivered_at=moment)
    if found:
        unclear = ChatMessage.objects.filter(pk=learned.own, state=State.UNCLEAR)
        unclear.update(state=State.SENT, sent_at=moment, error="")
    return found
