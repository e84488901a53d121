"""Alerts of our own processes, of money and of access."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from project.alerts.rule import BELOW, CRITICAL, MINUTE, WARNING, Rule

DAY_AND_A_BIT = 26 * 3600  # once a day, and the time it takes

OF_PROCESSES = (
    Rule(
        name="ProcessSilent",
        severity=CRITICAL,
        title=_("Процесс молчит"),
        meaning=_("Его работу никто не делает: вызовы, доступ, сообщения или расписание стоят."),
        remedy=_(
            "systemctl status 'provodnik-*', затем journalctl -u его службы; перезапустите её."
        ),
        metric="provodnik_heartbeat_age_seconds",
        limit=35,
    ),
    Rule(
        name="RedisAway",
        severity=CRITICAL,
        title=_("Redis не отвечает"),
        meaning=_("Вызовы сохраняются, но обработчики о них не узнают и стоят."),
        remedy=_("Запустите Redis или проверьте REDIS_URL. Терять нечего: всё ждёт в базе."),
        metric="provodnik_redis_up",
        comparison=BELOW,
        limit=1,
        lasts=timedelta(seconds=20),
    ),
    Rule(
        name="BrokerGrows",
        severity=WARNING,
        title=_("Очередь в Redis растёт"),
        meaning=_("Обработчик этой очереди жив, но задач не берёт или не успевает."),
        remedy=_("Посмотрите журнал обработчика очереди; перезапустите его или добавьте второй."),
        metric="provodnik_broker_messages",
        limit=1000,
        lasts=2 * MINUTE,
    ),
    Rule(
        name="ConnectionsShort",
        severity=CRITICAL,
        title=_("Соединения с базой кончаются"),
        meaning=_("Новые вызовы скоро получат отказ 503; платёжные системы их повторят."),
        remedy=_(
            "Уменьшите число процессов, задайте DB_POOL или поставьте PgBouncer: docs/scaling.md."
        ),
        metric="provodnik_database_connections_ratio",
        limit=0.9,
        lasts=MINUTE,
    ),
    Rule(
        name="DiskNearlyFull",
        severity=CRITICAL,
        title=_("Место на диске кончается"),
        meaning=_("На полном диске не сохранить ни вызов, ни документ, ни копию."),
        remedy=_(
            "Освободите место: старые копии, журналы (journalctl --vacuum-size), выпуски; увеличьте диск."
        ),
        metric="provodnik_disk_free_ratio",
        comparison=BELOW,
        limit=0.1,
        lasts=MINUTE,
    ),
    Rule(
        name="ClockSkewed",
        severity=WARNING,
        title=_("Часы расходятся"),
        meaning=_(
            "Подписи и токены с чужим временем не примут. Если так у всех сервисов, дело в наших часах."
        ),
        remedy=_("timedatectl; включите NTP. Если расходится один сервис, напишите ему."),
        metric="provodnik_clock_skew_seconds",
        limit=30,
        lasts=5 * MINUTE,
    ),
    Rule(
        name="BackupOld",
        severity=CRITICAL,
        title=_("Давно не было резервной копии"),
        meaning=_("Что случится с сервером, потеряется всё после последней копии."),
        remedy=_("manage.py backup покажет, что мешает: docs/backups.md."),
        metric="provodnik_backup_age_seconds",
        limit=DAY_AND_A_BIT,
    ),
    Rule(
        name="WebDown",
        severity=CRITICAL,
        title=_("Сайт не отвечает Prometheus"),
        meaning=_("Вызовы платёжных систем никто не принимает. Они повторят, но не бесконечно."),
        remedy=_("systemctl status 'provodnik-web@*' nginx; проверьте METRICS_TOKEN в Prometheus."),
        metric="up",
        labels={"job": "provodnik"},
        comparison=BELOW,
        limit=1,
        lasts=MINUTE,
        is_ours=False,
    ),
    Rule(
        name="NobodyWatches",
        severity=CRITICAL,
        title=_("За тревогами никто не следит"),
        meaning=_("Ни бот, ни расписание не проверяют правила: о бедах скажет только Prometheus."),
        remedy=_("Запустите provodnik-bot и provodnik-beat с обработчиком очереди celery."),
        metric="provodnik_alerts_age_seconds",
        limit=120,
        is_ours=False,
    ),
)

OF_MONEY = (
    Rule(
        name="PaidWithoutAccess",
        severity=CRITICAL,
        title=_("Оплачено, доступа нет"),
        meaning=_("Человек заплатил и ждёт дольше пяти минут."),
        remedy=_(
            "Админка: платежи, очередь «оплачено, нет доступа». Отвечает ли панель? manage.py doctor."
        ),
        metric="provodnik_paid_without_access_seconds",
        limit=300,
    ),
    Rule(
        name="AccessSlow",
        severity=WARNING,
        title=_("Доступ открывается медленно"),
        meaning=_("Каждый двадцатый за последний час ждал ссылку дольше 30 секунд."),
        remedy=_(
            "Посмотрите время ответов панели и опоздание очередей; добавьте обработчик access."
        ),
        metric="provodnik_access_seconds",
        labels={"quantile": "0.95"},
        limit=30,
        lasts=5 * MINUTE,
    ),
    Rule(
        name="QueueOverdue",
        severity=CRITICAL,
        title=_("Очередь опаздывает"),
        meaning=_(
            "inbox: деньги пришли, но не зачтены. outbox: зачтены, но доступа и сообщений нет."
        ),
        remedy=_(
            "Живы ли обработчики money и access? Если да, чем заняты: их журнал и нагрузка базы."
        ),
        metric="provodnik_queue_overdue_seconds",
        limit=30,
    ),
    Rule(
        name="ReactionsStuck",
        severity=WARNING,
        title=_("Действия не удаются"),
        meaning=_("Они повторяются сами, но уже пять раз кончились ошибкой."),
        remedy=_("Админка: исходящие действия, очередь «с ошибкой»; ошибка стоит в карточке."),
        metric="provodnik_reactions_stuck",
        limit=0,
        lasts=MINUTE,
    ),
    Rule(
        name="CallDead",
        severity=CRITICAL,
        title=_("Вызов не удалось обработать"),
        meaning=_(
            "Настоящий вызов платёжной системы пять раз кончился ошибкой и отложен. Другим он не мешает."
        ),
        remedy=_(
            "Админка: входящие вызовы, «нужен человек». Устраните ошибку и нажмите «Повторить»."
        ),
        metric="provodnik_calls_for_people",
        labels={"status": "dead"},
        limit=0,
    ),
    Rule(
        name="CallUnknown",
        severity=WARNING,
        title=_("Неизвестный плательщик"),
        meaning=_("Пришли деньги за заказ, которого у нас нет."),
        remedy=_(
            "Админка: входящие вызовы, «заказ не найден»; найдите плательщика или верните деньги."
        ),
        metric="provodnik_calls_for_people",
        labels={"status": "unknown"},
        limit=0,
        lasts=10 * MINUTE,
    ),
    Rule(
        name="IncidentWaits",
        severity=WARNING,
        title=_("Исключение ждёт человека"),
        meaning=_("Деньги или доступ клиента дольше четырёх часов ждут решения."),
        remedy=_("Админка: исключения; самое старое сверху."),
        metric="provodnik_incident_seconds",
        limit=4 * 3600,
    ),
    Rule(
        name="LedgerDiffers",
        severity=CRITICAL,
        title=_("Учёт не сходится"),
        meaning=_("Ночная проверка нашла, что деньги, сроки и платежи противоречат друг другу."),
        remedy=_("manage.py audit_ledgers назовёт строки. Ничего не правьте в базе руками."),
        metric="provodnik_ledger_differences",
        limit=0,
    ),
    Rule(
        name="AuditOld",
        severity=WARNING,
        title=_("Учёт давно не проверялся"),
        meaning=_("Ночной проверки не было больше суток."),
        remedy=_("Жив ли обработчик очереди celery? manage.py audit_ledgers проверит сейчас."),
        metric="provodnik_ledger_audit_age_seconds",
        limit=DAY_AND_A_BIT,
    ),
)
