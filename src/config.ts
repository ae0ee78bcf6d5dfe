import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { type Bounds, type CheckLimits, parseBounds } from './domain/invoice/limits.ts';
import { DurabillError, isDurabillError } from './errors/error.ts';

/** How Temporal is reached: the same for clients and workers. */
export type TemporalConfig = { address: string; namespace: string } & Pick<
  NonNullable<ClientConnectConfig['connectionOptions']>,
  'apiKey' | 'tls' | 'metadata'
>;

export type OidcSettings = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** A claim and which role each of its values gives; without it only operators who are known already come in. */
  roles: { claim: string; byValue: Map<string, OidcRole> } | undefined;
};
const oidcRoles = ['viewer', 'support', 'finance', 'admin'] as const;
type OidcRole = (typeof oidcRoles)[number];

/** Everything a Durabill process is told from outside, checked once at its start. */
export type Config = {
  databaseUrl: string;
  amqpUrl: string;
  temporal: TemporalConfig;
  stripe: {
    secretKey: string;
    /** Base address of the Stripe API, when it is not Stripe's own: the local simulator. */
    apiBase: string | undefined;
    /** Signing secrets of webhook endpoints: several while one is rolled, none where webhooks are not set up. */
    webhookSecrets: string[];
    /** Requests a second, kept by all processes together: of one operation, and of all. */
    rates: { perOperation: number; total: number };
  };
  api: {
    host: string;
    port: number;
    /** From a signal to the end of listening: until load balancers have noticed that it is not ready. */
    drainMs: number;
    /** What one key or session may ask in a minute of one process, events apart; 0 for any number. */
    requestsPerMinute: number;
  };
  access: {
    /** Where browsers find the pages: links in mails name it. Without a slash at its end. */
    publicUrl: string;
    /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
    trustedProxies: string[];
    /** Sign-in of operators by OpenID Connect. */
    oidc: OidcSettings | undefined;
  };
  /** Address of the Temporal Web UI, for links to runs and syncs; undefined where pages have none. */
  temporalUiUrl: string | undefined;
  /** Where the process answers /healthz, /readyz and /metrics; port 0 takes any free one. */
  operations: { host: string; port: number };
  sync: {
    /** Invoices that may be on their way to Stripe at once; the others wait in RabbitMQ. */
    slots: number;
  };
  /** What a draft is held for, as far as it may be set. */
  checks: Omit<CheckLimits, 'maxLines'>;
  /** An outside tax engine, for deployments whose tax settings say that they have one. */
  taxEngine: { url: string; token: string | undefined } | undefined;
  /** By which server mails are sent, and as whom; undefined where no mail is sent and all of them wait. */
  mail: { smtpUrl: string; from: { name: string; address: string } } | undefined;
  webhooks: {
    /** For development: endpoints of webhooks may be on this machine, and be reached by http. */
    allowsLoopback: boolean;
  };
  /** Where compiled workflows are kept for the next start; without it each start compiles them. */
  workflowCacheDir: string | undefined;
};

const defaults: Record<string, string> = {
  TEMPORAL_NAMESPACE: 'durabill',
  DURABILL_API_HOST: '127.0.0.1',
  DURABILL_API_PORT: '7070',
  DURABILL_API_DRAIN_SECONDS: '5',
  DURABILL_OPERATIONS_HOST: '127.0.0.1',
  DURABILL_OPERATIONS_PORT: '0',
  DURABILL_SYNC_SLOTS: '500',
  DURABILL_STRIPE_RATE_PER_OPERATION: '24.5',
  DURABILL_HOLD_JUMP_FACTOR: '10',
  DURABILL_HOLD_UNPRICED: 'true',
  DURABILL_API_REQUESTS_PER_MINUTE: '6000',
  DURABILL_WEBHOOKS_TO_LOOPBACK: 'false',
};

/** What the variables that have no default name, for whoever has not set them. */
const examples: Record<string, string> = {
  DATABASE_URL: 'name your PostgreSQL, such as postgresql://durabill:PASSWORD@db.example.com:5432/durabill',
  AMQP_URL: 'name your RabbitMQ, such as amqps://durabill:PASSWORD@mq.example.com:5671',
  SMTP_URL: 'name your mail server, such as smtps://durabill:PASSWORD@mail.example.com',
  MAIL_FROM: 'name the sender of all mails, such as Acme Billing <billing@acme.example>',
  TEMPORAL_ADDRESS: 'name your Temporal server, such as temporal.example.com:7233',
  DURABILL_PUBLIC_URL: 'name the address of the pages, such as https://billing.example.com',
  DURABILL_OIDC_ISSUER: 'name the issuer, such as https://login.example.com/realms/acme',
  DURABILL_OIDC_CLIENT_ID: 'take the id that the provider gave to Durabill',
  DURABILL_OIDC_CLIENT_SECRET: 'take the secret that the provider gave to Durabill',
  STRIPE_SECRET_KEY: 'take the secret key of your Stripe account, sk_test_… or sk_live_…',
};

/** One thing that is wrong: the variable, what is wrong with it, and how to mend it. */
type Tell = (name: string, reason: string, mend: string) => void;

/**
 * Reads the configuration from environment variables; an empty one counts as not set. All faults are told at once in one
 * `config-invalid`, each in its own line, with its variable and how to mend it.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const tell: Tell = (name, reason, mend) => faults.push(`${name} ${reason}: ${mend}.`);
  // Stripe's own limits, less a little: 25 an operation; in all 100 in live mode and 25 in a sandbox.
  const rateTotal = /^[sr]k_live_/.test(env['STRIPE_SECRET_KEY'] ?? '') ? '96' : '24';
  const { text, url, whole, number } = readers({ DURABILL_STRIPE_RATE_TOTAL: rateTotal, ...given(env) }, tell);
  const config: Config = {
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    amqpUrl: url('AMQP_URL', ['amqp:', 'amqps:']),
    temporal: readTemporal(env, tell),
    stripe: {
      secretKey: readSecretKey(text('STRIPE_SECRET_KEY'), tell),
      apiBase: env['STRIPE_API_BASE'] ? url('STRIPE_API_BASE', ['http:', 'https:']) : undefined,
      webhookSecrets: readWebhookSecrets(env['STRIPE_WEBHOOK_SECRET'] ?? '', tell),
      rates: {
        perOperation: number('DURABILL_STRIPE_RATE_PER_OPERATION', 1, 10_000),
        total: number('DURABILL_STRIPE_RATE_TOTAL', 1, 10_000),
      },
    },
    api: {
      host: text('DURABILL_API_HOST'),
      port: whole('DURABILL_API_PORT', 0, 65_535),
      drainMs: whole('DURABILL_API_DRAIN_SECONDS', 0, 15) * 1_000,
      requestsPerMinute: whole('DURABILL_API_REQUESTS_PER_MINUTE', 0, 10_000_000),
    },
    access: {
      publicUrl: readPublicUrl(env, url, tell),
      trustedProxies: (env['DURABILL_TRUSTED_PROXIES'] ?? '').split(',').flatMap((part) => part.trim() || []),
      oidc: env['DURABILL_OIDC_ISSUER'] ? readOidc(env, url, text, tell) : undefined,
    },
    operations: { host: text('DURABILL_OPERATIONS_HOST'), port: whole('DURABILL_OPERATIONS_PORT', 0, 65_535) },
    temporalUiUrl: env['DURABILL_TEMPORAL_UI_URL']
      ? url('DURABILL_TEMPORAL_UI_URL', ['http:', 'https:']).replace(/\/+$/, '')
      : undefined,
    sync: { slots: whole('DURABILL_SYNC_SLOTS', 1, 5_000) },
    checks: {
      totalAboveMinor: readBounds(env, 'DURABILL_HOLD_TOTAL_ABOVE', tell),
      jumpFactor: whole('DURABILL_HOLD_JUMP_FACTOR', 0, 10_000),
      jumpAboveMinor: readBounds(env, 'DURABILL_HOLD_JUMP_ABOVE', tell),
      holdsUnpriced: readSwitch(text('DURABILL_HOLD_UNPRICED'), 'DURABILL_HOLD_UNPRICED', tell),
    },
    taxEngine: env['TAX_ENGINE_URL'] ? readTaxEngine(url('TAX_ENGINE_URL', ['http:', 'https:']), env, tell) : undefined,
    mail: readMail(env, url, text, tell),
    webhooks: {
      allowsLoopback: readSwitch(text('DURABILL_WEBHOOKS_TO_LOOPBACK'), 'DURABILL_WEBHOOKS_TO_LOOPBACK', tell),
    },
    workflowCacheDir: env['DURABILL_WORKFLOW_CACHE'] || undefined,
  };
  refuse(faults);
  return config;
}

/** Reads how Temporal is reached, for a program that needs nothing else. */
export function readTemporalConfig(env: NodeJS.ProcessEnv): TemporalConfig {
  const faults: string[] = [];
  const config = readTemporal(env, (name, reason, mend) => faults.push(`${name} ${reason}: ${mend}.`));
  refuse(faults);
  return config;
}

/** A publishable key, or a stray character, would only be noticed when invoices park. */
function readSecretKey(value: string, tell: Tell): string {
  if (value !== '' && !/^[sr]k_(test|live)_\w+$/.test(value)) {
    // Not repeated, as it is a secret of something. A line end behind it, as files have, could not even be sent.
    const mend = `${examples['STRIPE_SECRET_KEY']}, or a restricted one, rk_…, without space or line end around it`;
    tell('STRIPE_SECRET_KEY', 'is no secret key', mend);
  }
  return value;
}

function readBounds(env: NodeJS.ProcessEnv, name: string, tell: Tell): Bounds {
  try {
    return parseBounds(env[name] ?? '');
  } catch (error) {
    if (!isDurabillError(error)) throw error;
    tell(name, `cannot be read (${error.message})`, 'write amounts by currency, such as USD:1000000,JPY:150000000');
    return new Map();
  }
}

type Mail = NonNullable<Config['mail']>;
type Read = ReturnType<typeof readers>;

function readMail(env: NodeJS.ProcessEnv, url: Read['url'], text: Read['text'], tell: Tell): Mail | undefined {
  if (!env['SMTP_URL']) return undefined;
  const from = readSender(text('MAIL_FROM'), tell);
  return { smtpUrl: url('SMTP_URL', ['smtp:', 'smtps:']), from };
}

/** Of a process that was told nothing: a browser on this machine. */
function readPublicUrl(env: NodeJS.ProcessEnv, url: Read['url'], tell: Tell): string {
  const name = 'DURABILL_PUBLIC_URL';
  if (!env[name]) return `http://127.0.0.1:${env['DURABILL_API_PORT'] || defaults['DURABILL_API_PORT']}`;
  const value = url(name, ['http:', 'https:']);
  if (URL.canParse(value) && !/^\/?$/.test(new URL(value).pathname + new URL(value).search + new URL(value).hash)) {
    tell(name, 'has a path', 'write scheme, host and port only: the pages have an address of their own');
  }
  return URL.canParse(value) ? new URL(value).origin : value;
}

function readOidc(env: NodeJS.ProcessEnv, url: Read['url'], text: Read['text'], tell: Tell): OidcSettings {
  const claim = env['DURABILL_OIDC_ROLE_CLAIM'] || undefined;
  const mapping = env['DURABILL_OIDC_ROLES'] || undefined;
  if ((claim === undefined) !== (mapping === undefined)) {
    tell('DURABILL_OIDC_ROLE_CLAIM', 'and DURABILL_OIDC_ROLES are not both set', 'set both, or neither');
  }
  const byValue = new Map<string, OidcRole>();
  for (const part of (mapping ?? '').split(',').filter((each) => each.trim() !== '')) {
    const [value = '', role = ''] = part.split('=').map((side) => side.trim());
    const known = oidcRoles.find((each) => each === role);
    if (known === undefined || value === '') {
      const mend = `write values and roles, such as billing-admins=admin; roles are ${oidcRoles.join(', ')}`;
      tell('DURABILL_OIDC_ROLES', `has "${part.slice(0, 100)}"`, mend);
    } else byValue.set(value, known);
  }
  return {
    issuer: url('DURABILL_OIDC_ISSUER', ['https:', 'http:']),
    clientId: text('DURABILL_OIDC_CLIENT_ID'),
    clientSecret: text('DURABILL_OIDC_CLIENT_SECRET'),
    roles: claim === undefined ? undefined : { claim, byValue },
  };
}

/** `Acme Billing <billing@acme.example>`, or an address alone. */
function readSender(value: string, tell: Tell): Mail['from'] {
  const [, quoted, name = quoted ?? '', inBrackets, alone] =
    /^(?:(?:"([^"<>\r\n]*)"|([^"<>\r\n]*?))\s*<([^\s<>@]+@[^\s<>@]+)>|([^\s<>@]+@[^\s<>@]+))$/.exec(value) ?? [];
  const address = inBrackets ?? alone;
  if (address !== undefined) return { name, address };
  if (value !== '') tell('MAIL_FROM', 'is no sender', examples['MAIL_FROM'] ?? 'write name <address>');
  return { name: '', address: '' };
}

function readSwitch(value: string, name: string, tell: Tell): boolean {
  if (value !== 'true' && value !== 'false') tell(name, `is "${value}"`, 'write true or false');
  return value === 'true';
}

/** What could not be sent would only be noticed when no draft is issued. */
function readTaxEngine(url: string, env: NodeJS.ProcessEnv, tell: Tell): Config['taxEngine'] {
  const token = env['TAX_ENGINE_TOKEN'] || undefined;
  if (URL.canParse(url) && new URL(url).username !== '') {
    tell('TAX_ENGINE_URL', 'has a user in it', 'leave it out, and set TAX_ENGINE_TOKEN');
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    tell('TAX_ENGINE_TOKEN', 'cannot be sent', 'write it in printable ASCII, without space or line end around it');
  }
  return { url, token };
}

/** One with a line end around it would refuse every delivery, without a word at the start. */
function readWebhookSecrets(value: string, tell: Tell): string[] {
  if (value === '') return [];
  const secrets = value.split(',');
  const faulty = secrets.findIndex((secret) => !/^whsec_[A-Za-z0-9+/=_-]{8,}$/.test(secret));
  if (faulty >= 0) {
    const which = secrets.length === 1 ? 'is no signing secret' : `has no signing secret in place ${faulty + 1}`;
    const mend = 'take whsec_… of the webhook endpoint, several separated by commas, without space or line end around';
    tell('STRIPE_WEBHOOK_SECRET', which, mend);
  }
  return secrets;
}

function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new DurabillError('config-invalid', {
    reason: ['The configuration is not valid.', ...faults].join('\n'),
    mend: 'Nothing was started. All variables are in the table "Configuration" of README.md.',
  });
}

/** What is set: an empty variable is as good as none. */
export function given(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => !!entry[1]));
}

/** What stands before the @ is read as percent-encoded (RFC 3986). */
function hasReadableUser({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function readers(env: NodeJS.ProcessEnv, tell: Tell) {
  const text = (name: string): string => {
    const value = env[name] || defaults[name] || '';
    if (value === '') tell(name, 'is not set', examples[name] ?? 'set it');
    return value;
  };
  const url = (name: string, protocols: string[]): string => {
    const value = text(name);
    if (value !== '' && !(URL.canParse(value) && protocols.includes(new URL(value).protocol))) {
      const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
      // The value is not repeated: it may be a password that slipped into the wrong variable.
      tell(name, `is no address that starts with ${starts}`, examples[name] ?? 'write the whole address');
    } else if (value !== '' && !hasReadableUser(new URL(value))) {
      tell(
        name,
        'has a user or password that cannot be read',
        'write % in it as %25, and other special signs likewise',
      );
    }
    return value;
  };
  const numberOf = (form: RegExp, noun: string) => (name: string, low: number, high: number) => {
    const value = text(name);
    const number = form.test(value) ? Number(value) : Number.NaN;
    if (value !== '' && !(number >= low && number <= high)) {
      tell(name, `is "${value}"`, `write a ${noun} from ${low} to ${high}`);
    }
    return number;
  };
  return {
    text,
    url,
    whole: numberOf(/^\d+$/, 'whole number'),
    number: numberOf(/^\d+(\.\d+)?$/, 'number'),
  };
}

/**
 * The variables of Temporal's own tools (TEMPORAL_API_KEY, TEMPORAL_TLS_…), read by Temporal's own package. What that
 * would take for something else than was meant, without a word, is refused here first. Its file of profiles is not
 * read: a deployment is told everything by its environment.
 */
function readTemporal(env: NodeJS.ProcessEnv, tell: Tell): TemporalConfig {
  const { text } = readers(env, tell);
  const address = text('TEMPORAL_ADDRESS');
  if (address !== '' && !/^[^\s/]+:\d{1,5}$/.test(address)) {
    tell('TEMPORAL_ADDRESS', `is "${address}"`, `${examples['TEMPORAL_ADDRESS']}, without http:// or a path`);
  }
  const namespace = text('TEMPORAL_NAMESPACE');
  const settings = Object.fromEntries(Object.entries(given(env)).filter(([name]) => name.startsWith('TEMPORAL_')));
  checkTls(settings, tell);
  try {
    const { connectionOptions = {} } = loadClientConnectConfig({ disableFile: true, overrideEnvVars: settings });
    const { apiKey, tls, metadata } = connectionOptions;
    return {
      address,
      namespace,
      ...(apiKey !== undefined && { apiKey }),
      ...(tls !== undefined && { tls }),
      ...(metadata !== undefined && { metadata }),
    };
  } catch (error) {
    tell('TEMPORAL_TLS_…', `cannot be read (${(error as Error).message})`, 'name files that this process may read');
    return { address, namespace };
  }
}

function checkTls(settings: Record<string, string>, tell: Tell): void {
  const wanted = settings['TEMPORAL_TLS'];
  if (wanted !== undefined && !['true', 'false', '1', '0'].includes(wanted)) {
    tell('TEMPORAL_TLS', `is "${wanted}"`, 'write true or false');
  }
  if (settings['TEMPORAL_API_KEY'] !== undefined && ['false', '0'].includes(wanted ?? '')) {
    tell(
      'TEMPORAL_TLS',
      'is off while TEMPORAL_API_KEY is set',
      'leave it out, so that the key is not sent in the clear',
    );
  }
  const hasOwn = (what: string) =>
    ['PATH', 'DATA'].some((form) => settings[`TEMPORAL_TLS_CLIENT_${what}_${form}`] !== undefined);
  if (hasOwn('CERT') !== hasOwn('KEY')) {
    tell('TEMPORAL_TLS_CLIENT_CERT_…', 'and its key are not both set', 'name both, by _PATH or _DATA, or neither');
  }
  if (settings['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] !== undefined) {
    const mend = 'leave it out, and name the authority by TEMPORAL_TLS_SERVER_CA_CERT_PATH';
    tell('TEMPORAL_TLS_DISABLE_HOST_VERIFICATION', 'is not supported', mend);
  }
}
