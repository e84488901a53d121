"""A dialogue with somebody who asked, whichever channel he came by; staff read it and may take it over."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.lead import Lead


class Channel(models.TextChoices):
    """Where a person wrote, and where he is answered."""

    UMNICO = "umnico", "Umnico"
    PROTALK_CLIENT = "protalk", _("ProTalk, клиенты")
    PROTALK_PARTNER = "protalk_p", _("ProTalk, партнёры")
    FLEXBE = "flexbe", "Flexbe"
    TELEGRAM = "telegram", "Telegram"


class Conversation(models.Model):
    """One person in one chat. `understood` is partners.services.understanding.Understood as JSON."""

    class Speaker(models.TextChoices):
        UNKNOWN = "unknown", _("ещё не ясно")
        CLIENT = "client", _("клиент")
        PARTNER = "partner", _("будущий партнёр")

    class Stage(models.TextChoices):
        WHO = "who", _("выясняем, кто пишет")
        WHAT = "what", _("уточняем запрос")
        CONFIRM = "confirm", _("ждём подтверждения")
        OFFERED = "offered", _("карточки отправлены")
        NOBODY = "nobody", _("никто не подошёл")
        INVITED = "invited", _("приглашён в партнёры")
        RATING = "rating", _("ждём оценку")
        CLOSED = "closed", _("закончен")

    channel = models.CharField(_("канал"), max_length=10, choices=Channel)
    external_id = models.CharField(_("чат у сервиса"), max_length=100)
    # What the channel needs to answer: Umnico's source and manager, a letter's address.
    reply_to = models.JSONField(default=dict, editable=False)
    speaker = models.CharField(
        _("кто пишет"), max_length=10, choices=Speaker, default=Speaker.UNKNOWN
    )
    stage = models.CharField(_("шаг"), max_length=10, choices=Stage, default=Stage.WHO)
    understood = models.JSONField(_("что поняли"), default=dict, blank=True)
    unclear = models.PositiveSmallIntegerField(_("не поняли подряд"), default=0)
    name = models.CharField(_("имя"), max_length=200, blank=True)
    phone = models.CharField(_("телефон"), max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("язык"), max_length=2, default="ru")
    lead = models.ForeignKey(
        Lead,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("обращение"),
    )
    # While a person has it the robot is silent.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ведёт"),
    )
    taken_at = models.DateTimeField(_("взят"), null=True, blank=True)
    wants_person = models.CharField(_("нужен человек"), max_length=100, blank=True)  # why
    unread = models.PositiveIntegerField(_("не прочитано"), default=0)  # by staff
    last_at = models.DateTimeField(_("последнее сообщение"), default=now)
    created_at = models.DateTimeField(_("начат"), default=now)

    class Meta:
        verbose_name = _("диалог")
        verbose_name_plural = _("диалоги")
        ordering = ["-last_at", "-id"]
        permissions = [("answer_conversation", "Может отвечать в диалогах")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "external_id"], name="one_conversation"),
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="conversations_by_age"),
            models.Index(
                fields=["-last_at"],
                condition=~models.Q(wants_person=""),
                name="conversations_for_people",
            ),
            models.Index(fields=["phone"], name="conversations_by_phone"),
            models.Index(fields=["email"], name="conversations_by_email"),
            models.Index(KeyTransform("customer", "reply_to"), name="conversations_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} № {self.pk}"

    @property
    def case(self) -> str:
        return f"conversation:{self.pk}"


class ChatMessage(models.Model):
    """One message of a conversation, in either direction. Outgoing ones are sent once, in their order."""

    class Author(models.TextChoices):
        PERSON = "person", _("собеседник")
        ROBOT = "robot", _("автоответ")
        STAFF = "staff", _("сотрудник")

    class Kind(models.TextChoices):
        TEXT = "text", _("сообщение")
        QUESTION = "question", _("вопрос")
        SUMMARY = "summary", _("что поняли")
        CARDS = "cards", _("карточки")
        NEWS = "news", _("новость")
        RATING = "rating", _("просьба оценить")

    class State(models.TextChoices):
        RECEIVED = "received", _("получено")
        WAITING = "waiting", _("ждёт отправки")
        SENDING = "sending", _("передаётся")
        SENT = "sent", _("отправлено")
        UNCLEAR = "unclear", _("неизвестно, дошло ли")
        FAILED = "failed", _("не отправлено")

    conversation = models.ForeignKey(
        Conversation, models.PROTECT, related_name="messages", verbose_name=_("диалог")
    )
    author = models.CharField(_("кто"), max_length=10, choices=Author)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("сотрудник"),
    )
    kind = models.CharField(_("вид"), max_length=10, choices=Kind, default=Kind.TEXT)
    state = models.CharField(_("состояние"), max_length=10, choices=State)
    # Of a message received: the service's number for it. Of one sent: what the service called it.
    external_id = models.CharField(_("номер у сервиса"), max_length=100, null=True, blank=True)
    # What is said once only: whoever inserts it first has said it.
    key = models.CharField(_("ключ"), max_length=100, unique=True, null=True, blank=True)
    text = models.TextField(_("текст"), blank=True)
    # The service told of the message without its words: they are fetched before it is answered.
    needs_text = models.BooleanField(default=False, editable=False)
    attachments = models.JSONField(_("вложения"), default=list, blank=True)
    # Facts beside the words: a form's fields, a button's press, the buttons offered.
    data = models.JSONField(default=dict, editable=False)
    callback = models.ForeignKey(
        "integrations.InboundCallback",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("вызов"),
    )
    # Of a message received: the robot has dealt with it, or left it to a person.
    handled_at = models.DateTimeField(_("обработано"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("попыток"), default=0)
    error = models.CharField(_("ошибка"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("создано"), default=now)
    claimed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("отправлено"), null=True, blank=True)
    # What the service says of it afterwards, where it says anything.
    delivered_at = models.DateTimeField(_("доставлено"), null=True, blank=True)

    class Meta:
        verbose_name = _("сообщение диалога")
        verbose_name_plural = _("сообщения диалогов")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "external_id"],
                condition=models.Q(author="person"),
                name="one_message_received",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "id"], name="messages_of_conversation"),
            models.Index(
                fields=["conversation", "id"],
                condition=models.Q(author="person", handled_at=None),
                name="messages_to_handle",
            ),
            models.Index(fields=["state", "-id"], name="chat_messages_by_state"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def is_from_person(self) -> bool:
        return self.author == self.Author.PERSON
