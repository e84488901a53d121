from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from integrations.clock import now
from partners.models.vocabulary import Category, City, LegalForm, Region, Specialisation
from payments.models import Customer


class Partner(models.Model):
    """A company or sole trader that the tax service knows and a person has approved."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("размещён")
        PAUSED = "paused", _("приостановлен партнёром")
        HIDDEN = "hidden", _("скрыт сотрудником")
        CLOSED = "closed", _("не действует по данным ФНС")

    code = models.CharField(_("код"), max_length=14, unique=True)  # P-YYMMDD-NNNN
    status = models.CharField(_("состояние"), max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("почему"), max_length=300, blank=True)
    # Whom payments know as the payer; made with the partner.
    account = models.OneToOneField(
        Customer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partner",
        verbose_name=_("счёт партнёра"),
    )

    name = models.CharField(_("название"), max_length=200)
    legal_name = models.CharField(_("полное наименование"), max_length=500, blank=True)
    legal_form = models.CharField(_("правовая форма"), max_length=5, choices=LegalForm)
    inn = models.CharField(_("ИНН"), max_length=12, unique=True)
    ogrn = models.CharField(_("ОГРН или ОГРНИП"), max_length=15, blank=True)
    kpp = models.CharField(_("КПП"), max_length=9, blank=True)
    director = models.CharField(_("руководитель"), max_length=200, blank=True)
    legal_address = models.CharField(_("юридический адрес"), max_length=500, blank=True)
    address = models.CharField(_("фактический адрес"), max_length=500, blank=True)
    registered_on = models.DateField(_("дата регистрации"), null=True, blank=True)

    contact_name = models.CharField(_("контактное лицо"), max_length=200, blank=True)
    phone = models.CharField(_("телефон"), max_length=16, blank=True)  # E.164
    email = models.EmailField(_("e-mail"))
    website = models.URLField(_("сайт"), blank=True)
    telegram = models.CharField("Telegram", max_length=64, blank=True)
    language = models.CharField(_("язык"), max_length=2, default="ru")

    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("категория"))
    specialisations = models.ManyToManyField(
        Specialisation, blank=True, related_name="partners", verbose_name=_("специализации")
    )
    regions = models.ManyToManyField(
        Region, blank=True, related_name="partners", verbose_name=_("регионы")
    )
    cities = models.ManyToManyField(
        City, blank=True, related_name="partners", verbose_name=_("города")
    )
    radius_km = models.PositiveSmallIntegerField(_("радиус выезда, км"), null=True, blank=True)
    budget_from = models.DecimalField(
        _("бюджет от, ₽"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    budget_to = models.DecimalField(
        _("бюджет до, ₽"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    about = models.TextField(_("о компании"), max_length=5000, blank=True)
    logo = models.ImageField(_("логотип"), upload_to="partners/logos/", blank=True)
    search = models.TextField(
        _("текст для поиска"), blank=True, editable=False
    )  # kept by services.search

    # Computed from leads by services.ratings; nobody types them in.
    rating = models.DecimalField(
        _("оценка"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(5))],
    )
    ratings = models.PositiveIntegerField(_("оценок"), default=0)
    response_rate = models.DecimalField(
        _("доля ответов"), max_digits=4, decimal_places=3, null=True, blank=True
    )  # answered within 24 hours / offered, 0..1

    verified_at = models.DateTimeField(_("проверен в ФНС"), null=True, blank=True)
    recheck_at = models.DateTimeField(_("следующая проверка"), null=True, blank=True)
    published_at = models.DateTimeField(_("размещён с"), default=now)
    updated_at = models.DateTimeField(_("изменён"), default=now)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)  # signs out everywhere

    class Meta:
        verbose_name = _("партнёр")
        verbose_name_plural = _("партнёры")
        ordering = ["-id"]
        permissions = [
            ("hide_partner", "Может скрывать и возвращать партнёров"),
            ("verify_partner", "Может спрашивать ФНС о партнёре"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(budget_from=None)
                | models.Q(budget_to=None)
                | models.Q(budget_to__gte=models.F("budget_from")),
                name="partner_budget_is_a_range",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-rating", "-id"], name="partners_by_rating"),
            models.Index(fields=["category", "status"], name="partners_by_category"),
            models.Index(
                fields=["recheck_at"],
                condition=models.Q(status__in=["active", "paused"]),
                name="partners_to_recheck",
            ),
            models.Index(fields=["phone"], name="partners_by_phone"),
            models.Index(Upper("email"), name="partners_by_email"),
            models.Index(Upper("legal_address"), name="partners_by_address"),
            GinIndex(OpClass(Upper("search"), "gin_trgm_ops"), name="partner_search_trgm"),
            # The catalogue's orders and the map for search engines: only who is listed, read in the order shown.
            models.Index(
                models.F("rating").desc(nulls_last=True),
                models.F("ratings").desc(),
                models.F("id").desc(),
                condition=models.Q(status="active"),
                name="listed_by_rating",
            ),
            models.Index(
                models.F("category"),
                models.F("rating").desc(nulls_last=True),
                models.F("ratings").desc(),
                models.F("id").desc(),
                condition=models.Q(status="active"),
                name="listed_by_category_rating",
            ),
            models.Index(
                fields=["-published_at", "-id"],
                condition=models.Q(status="active"),
                name="listed_newest",
            ),
            models.Index(
                Upper("name"), "id", condition=models.Q(status="active"), name="listed_by_name"
            ),
            models.Index(
                fields=["id"],
                include=["code", "updated_at"],
                condition=models.Q(status="active"),
                name="listed_in_blocks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.code}"

    @property
    def is_listed(self) -> bool:
        """Whether the public may see it."""
        return self.status == self.Status.ACTIVE

    @property
    def case(self) -> str:
        """Under which its calls, letters and reactions are found together."""
        return f"partner:{self.pk}"


class SearchWord(models.Model):
    """A word that somebody's text for searching has: a slip of the keyboard is compared with these, for comparing it
    with a hundred thousand texts takes seconds."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [GinIndex(OpClass("word", "gin_trgm_ops"), name="search_word_trgm")]

    def __str__(self) -> str:
        return self.word


class PartnerService(models.Model):
    """Something a partner sells, with the range of its price in roubles."""

    partner = models.ForeignKey(
        Partner, models.CASCADE, related_name="services", verbose_name=_("партнёр")
    )
    specialisation = models.ForeignKey(
        Specialisation,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("специализация"),
    )
    title = models.CharField(_("услуга"), max_length=200)
    price_from = models.DecimalField(
        _("цена от, ₽"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    price_to = models.DecimalField(
        _("цена до, ₽"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("за что"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("порядок"), default=0)

    class Meta:
        verbose_name = _("услуга партнёра")
        verbose_name_plural = _("услуги партнёров")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price_from=None)
                | models.Q(price_to=None)
                | models.Q(price_to__gte=models.F("price_from")),
                name="service_price_is_a_range",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Shows(models.Model):
    """How often a partner was shown on one day on one surface."""

    class Surface(models.TextChoices):
        PAGE = "page", _("страница")
        CATALOGUE = "catalogue", _("каталог")
        EMBED = "embed", _("виджет")
        CARD = "card", _("карточка в чате")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="shows")
    day = models.DateField(_("день"))
    surface = models.CharField(_("где"), max_length=10, choices=Surface)
    count = models.PositiveIntegerField(_("показов"), default=0)

    class Meta:
        verbose_name = _("показы за день")
        verbose_name_plural = _("показы по дням")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "day", "surface"], name="one_count_per_day_and_surface"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.day} {self.surface}"
