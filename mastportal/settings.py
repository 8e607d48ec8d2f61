"""Every setting of the portal, read from the environment; refuses to start without what it needs."""

from pathlib import Path

from celery.schedules import schedule
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from mastportal import env

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = (BASE_DIR / "CHANGELOG.md").read_text().split("## ", 1)[1].split()[0]

# --- what runs, and where
SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000")
HTTPS = SITE_URL.startswith("https://")
WEB_WORKERS = env.integer("WEB_WORKERS", 2)
WEB_THREADS = env.integer("WEB_THREADS", 12)

# --- the archive
ARCHIVE_URL = env.text("ARCHIVE_URL", "https://mast.stsci.edu").rstrip("/")
ARCHIVE_IS_SANDBOX = env.flag("ARCHIVE_IS_SANDBOX")
ARCHIVE_NAME = "Sandbox archive" if ARCHIVE_IS_SANDBOX else "MAST"
PORTAL_CONTACT = env.text("PORTAL_CONTACT", "" if not ARCHIVE_IS_SANDBOX else "sandbox@localhost")
USER_AGENT = f"mastportal/{VERSION} (+{SITE_URL}; {PORTAL_CONTACT})"
CONNECT_TIMEOUT_S = env.number("CONNECT_TIMEOUT_S", 10)
STALL_S = env.number("STALL_S", 60)
QUESTION_TIMEOUT_S = env.number("QUESTION_TIMEOUT_S", 600)
POLL_S = env.number("POLL_S", 1)
# Questions and files that are worked on at once; each worker holds no connection while it checks or keeps.
ASK_CONNECTIONS = env.integer("ASK_CONNECTIONS", 4)
FETCH_CONNECTIONS = env.integer("FETCH_CONNECTIONS", 8)
# Of all workers and processes together: what one host bears, and when it is left alone for how long.
HOST_QUESTIONS = env.integer("HOST_QUESTIONS", 8)
HOST_TRANSFERS = env.integer("HOST_TRANSFERS", 4)
HOST_FAILURES = env.integer("HOST_FAILURES", 5)
HOST_REST_S = env.number("HOST_REST_S", 30)
ARCHIVE_PATIENCE_S = env.number(
    "ARCHIVE_PATIENCE_S", 12 * 3600
)  # that a bundle waits for one that only fails
# Where files come from while the archive is out of order; empty: nowhere.
MIRROR_URL = env.text("MIRROR_URL", "").rstrip("/")
MIRROR_FOLDER = env.text("MIRROR_FOLDER", "")
ALLOWED_DATA_HOSTS = env.words("ALLOWED_DATA_HOSTS")
# Where calibration reference files come from on request, such as https://jwst-crds.stsci.edu; empty: nowhere.
CRDS_URL = env.text("CRDS_URL", f"{ARCHIVE_URL}/crds" if ARCHIVE_IS_SANDBOX else "").rstrip("/")
ROW_LIMIT = env.integer("ROW_LIMIT", 500_000)
VALUE_ROWS = env.integer("VALUE_ROWS", 20_000)  # of a question whose values are counted for Advanced Search
PAGE_ROWS = env.integer("PAGE_ROWS", 50_000)  # asked for at a time; one chunk of a kept answer each
# The HiPS survey behind the footprints; empty: the sandbox's own stars, or the Digitized Sky Survey from CDS.
SKY_SURVEY = env.text(
    "SKY_SURVEY",
    f"{ARCHIVE_URL}/hips/stars" if ARCHIVE_IS_SANDBOX else "https://alasky.cds.unistra.fr/DSS/DSSColor",
).rstrip("/")
# The sandbox listens on loopback only: its stars come through the portal, any other survey from its own host.
SKY_SURVEY_IS_HANDED_ON = ARCHIVE_IS_SANDBOX and SKY_SURVEY.startswith(f"{ARCHIVE_URL}/")
# Hosts (also host:port) and networks inside the house that webhooks, partner sites and the like may lie in.
OUTGOING_ALLOWED = env.words("OUTGOING_ALLOWED")
MAST_ACCOUNT_URL = env.text("MAST_ACCOUNT_URL", "https://proper.stsci.edu/proper/authentication/auth")
MAST_TOKEN_URL = env.text("MAST_TOKEN_URL", "https://auth.mast.stsci.edu/tokens")

# --- how long things are kept, and how much of them
RESULT_TTL_S = env.integer("RESULT_TTL_S", 6 * 3600)
RESULT_KEEP_S = env.integer("RESULT_KEEP_S", 7 * 24 * 3600)
PRODUCTS_TTL_S = env.integer("PRODUCTS_TTL_S", 24 * 3600)
LEASE_S = env.integer("LEASE_S", 120)
if LEASE_S < STALL_S:  # whoever waits for the archive renews nothing meanwhile
    raise ImproperlyConfigured("LEASE_S is less than STALL_S: files would be taken from workers that wait.")
SWEEP_S = env.number("SWEEP_S", min(15.0, LEASE_S / 2))
ENTITLEMENT_TTL_S = min(3600, env.integer("ENTITLEMENT_TTL_S", 3600))  # a right is never older than an hour
RIGHTS_AT_ONCE = env.integer("RIGHTS_AT_ONCE", 500)  # files asked about in one check; more are not yet said
# How long before a request the archive may have been asked whether a stored file has changed; 0: each asks.
FRESHNESS_TTL_S = env.integer("FRESHNESS_TTL_S", 0)
BUNDLE_KEEP_S = env.integer("BUNDLE_KEEP_S", 30 * 24 * 3600)
TABLE_CACHE_BYTES = env.integer("TABLE_CACHE_BYTES", 512 * 1024**2)
STORE_DIR = env.folder("STORE_DIR", BASE_DIR / ".portal" / "store")
STORE_QUOTA_BYTES = env.integer("STORE_QUOTA_BYTES", 0)  # 0: as much as the disk holds
# Left free for the database, the logs and what else shares the store's disk.
STORE_SPARE_BYTES = env.integer("STORE_SPARE_BYTES", 256 << 20)
STREAMS_PER_PERSON = env.integer("STREAMS_PER_PERSON", 16)
STREAM_MAX_BYTES = env.integer("STREAM_MAX_BYTES", 50 * 10**9)  # of a basket that is streamed at once
STREAM_WAIT_S = env.number(
    "STREAM_WAIT_S", 300
)  # a stream goes on without files of which nothing moved so long
# A direct download waits so long for its product list before it becomes a bundle.
DIRECT_WAIT_S = env.number("DIRECT_WAIT_S", 5)
# A folder of the lab into which bundles are laid out; empty: not offered. Private ones belong to "portal"
# (the account the workers run under) or to "person" (the system account of that name; needs CAP_CHOWN).
STAGING_DIR = env.text("STAGING_DIR", "")
STAGING_KEEP_S = env.integer("STAGING_KEEP_S", 14 * 24 * 3600)
STAGING_OWNER = env.text("STAGING_OWNER", "portal")

# --- news: how often followed things are looked at, by the most impatient of their followers
NEWS_FAST_S = env.number("NEWS_FAST_S", 600)
NEWS_DAILY_S = env.number("NEWS_DAILY_S", 6 * 3600)
NEWS_WEEKLY_S = env.number("NEWS_WEEKLY_S", 24 * 3600)
NEWS_VERSIONS_S = env.number("NEWS_VERSIONS_S", 6 * 3600)  # version facts are asked for less often than rows
NEWS_LISTS_A_LOOK = env.integer(
    "NEWS_LISTS_A_LOOK", 200
)  # product lists, where no keyword rows tell versions
NEWS_LOOKS_AT_ONCE = env.integer("NEWS_LOOKS_AT_ONCE", 2)

# --- secrets
TOKEN_KEYS = env.words("TOKEN_KEYS")  # Fernet keys, newest first; `./run manage rotate_keys`
# Read again when it changes, so that keys are replaced while the portal runs.
TOKEN_KEYS_KEPT_IN = env.text("TOKEN_KEYS_KEPT_IN", env.text("TOKEN_KEYS_FILE", ""))
if not TOKEN_KEYS:
    raise RuntimeError(
        "TOKEN_KEYS is missing: give one Fernet key, made by `openssl rand -base64 32 | tr '+/' '-_'`"
    )
if not ARCHIVE_IS_SANDBOX and not PORTAL_CONTACT:
    raise RuntimeError(
        "PORTAL_CONTACT is missing: give the administrator's mail address, which MAST sees with each request"
    )
DEMO_PASSWORDS_FILE = env.text("DEMO_PASSWORDS_FILE", "")

INSTALLED_APPS = [
    "mastportal.administration.apps.PortalAdminConfig",
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "mastportal.outbox",
    "accounts",
    "mastportal.search",
    "mastportal.files",
    "mastportal.desk",
    "basket",
    "mastportal.news",
    "mastportal.administration",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mastportal.security.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.sessions.keep_seen",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mastportal.limits.Bounds",
]

ROOT_URLCONF = "mastportal.urls"
WSGI_APPLICATION = "mastportal.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.portal",
                "basket.context.choices",
                "mastportal.desk.context.kept",
                "mastportal.outbox.context.unread",
            ],
        },
    }
]

# --- PostgreSQL and Valkey
DATABASES = {
    "default": env.database("DATABASE_URL")
    | {"ENGINE": "django.db.backends.postgresql", "OPTIONS": {"pool": {"min_size": 1, "max_size": 24}}}
}
if not env.flag("DATABASE_POOL", True):  # prefork workers and tests hold one connection each
    DATABASES["default"] |= {"OPTIONS": {}, "CONN_MAX_AGE": 60}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a database that was restarted left only dead connections
# Where `backup` and `restore` find pg_dump, pg_restore and psql; empty: on the PATH.
POSTGRES_BIN = env.text("POSTGRES_BIN", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VALKEY_URL = env.text("VALKEY_URL")
CACHE_URL = f"{VALKEY_URL}/1"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"pool_class": "mastportal.cachepool.OnePool"},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Celery: the row is the truth, the queue is a nudge
CELERY_BROKER_URL = f"{VALKEY_URL}/0"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "ask"
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ROUTES = {"mastportal.files.*": {"queue": "fetch"}, "basket.*": {"queue": "fetch"}}
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": schedule(every_s), "options": {"expires": every_s}}
    for name, task, every_s in [
        ("search.sweep", "mastportal.search.tasks.sweep", SWEEP_S),
        ("basket.sweep", "basket.tasks.sweep", SWEEP_S),
        ("outbox.sweep", "mastportal.outbox.tasks.sweep", SWEEP_S),
        ("files.clean", "mastportal.files.tasks.clean", 3600),
        ("news.sweep", "mastportal.news.tasks.sweep", SWEEP_S),
        ("outbox.clean", "mastportal.outbox.tasks.clean", 6 * 3600),
        ("files.unlock", "mastportal.files.tasks.unlock", 3600),
        ("desk.released", "mastportal.desk.tasks.tell_released", 3600),
        ("accounts.heartbeat", "accounts.tasks.beat", 60),
        ("accounts.tokens", "accounts.tasks.look_after_tokens", 1800),
        ("accounts.sessions", "accounts.tasks.clean_sessions", 6 * 3600),
        ("accounts.addresses", "accounts.tasks.look_after_addresses", 1800),
    ]
}

# --- people
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "sign-in"
DEFAULT_EXCEPTION_REPORTER_FILTER = "accounts.reports.WithoutValues"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
PASSWORD_RESET_TIMEOUT = 3600
# So many failures with one name, or four times as many from one network address, within so many seconds.
LOCK_TRIES = env.integer("LOCK_TRIES", 5)
LOCK_S = env.integer("LOCK_S", 900)
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # allauth checks them; nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {
    "login_failed": f"{4 * LOCK_TRIES}/{LOCK_S}s/ip,{LOCK_TRIES}/{LOCK_S}s/key",
    "reset_password": "20/1h/ip,5/1h/key",
    "change_mail": "10/1h/user",
}
# Proxies in front that add the address they were asked from to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("PROXIES", 1 if HTTPS else 0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = env.integer("HSTS_S", 365 * 24 * 3600) if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked inside the house, without the proxy
if HTTPS:  # a cookie of this name comes from this very host over TLS, from no neighbour under the same domain
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
# Other hosts under the lab's domain are not the portal's to bind, nor is the browsers' list of domains.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- the lab's single sign-on by OpenID Connect; without an issuer there is none
OIDC_ISSUER = env.text("OIDC_ISSUER", "")
OIDC_NAME = env.text("OIDC_NAME", "Single sign-on")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", "").strip()
OIDC_TOKEN_AUTH = env.text("OIDC_TOKEN_AUTH", "client_secret_basic")
OIDC_SCOPES = env.words("OIDC_SCOPES", ("openid", "profile", "email"))
OIDC_MATCH_MAIL = env.flag("OIDC_MATCH_MAIL")
OIDC_SIGN_UP = env.flag("OIDC_SIGN_UP")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS = env.table("OIDC_GROUPS")
# In PEM: who vouches for the provider's certificate where that is no public authority.
OIDC_CA = env.text("OIDC_CA", "").strip()
SOCIALACCOUNT_ADAPTER = "accounts.sso_provider.SignOnAdapter"

# --- mail: EMAIL_BACKEND, EMAIL_HOST and the like; without an address the portal sends none and says so
globals().update(env.mail("MAIL_URL"))
MAIL_IS_ON = bool(env.text("MAIL_URL", "").strip())
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "") or PORTAL_CONTACT or "portal@localhost"

# What people are told: pauses between attempts grow from the first to the longest, and come to an end.
POST_PAUSE_S = env.number("POST_PAUSE_S", 15)
POST_LONGEST_PAUSE_S = env.number("POST_LONGEST_PAUSE_S", 1800)
POST_PATIENCE_S = env.number("POST_PATIENCE_S", 4 * 24 * 3600)
NOTICE_KEEP_S = env.number("NOTICE_KEEP_S", 365 * 24 * 3600)

# --- REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["mastportal.bodies.ReadableJson"],
    "DEFAULT_THROTTLE_CLASSES": ["mastportal.limits.ApiThrottle"],
    "EXCEPTION_HANDLER": "mastportal.api.as_error",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "mastportal.api.AlwaysJson",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a word of our own grammar
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "mastportal",
    "DESCRIPTION": "Search, baskets and bundles of JWST and HST data, for a research group's own tools.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "POSTPROCESSING_HOOKS": ["mastportal.openapi.with_errors"],
}

# --- static files
STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "mastportal.vendor.VendorFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": env.text("STATIC_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Read by developers' tools alone: a first start does not wait until they are packed.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
DATETIME_FORMAT = "Y-m-d H:i"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_BYTES", 32 * 1024**2)  # of a form with files
# Of one person; a minute's worth may come at once. 0: not counted.
SEARCHES_PER_MINUTE = env.integer("SEARCHES_PER_MINUTE", 300)
API_PER_MINUTE = env.integer("API_PER_MINUTE", 6000)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"without_secrets": {"()": "mastportal.logs.WithoutSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
    },
}
