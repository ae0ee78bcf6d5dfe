import { DurabillError } from './errors/error.ts';

/** Everything a Durabill process is told from outside, checked once at its start. */
export type Config = {
  databaseUrl: string;
  amqpUrl: string;
  temporal: { address: string; namespace: string };
  stripe: {
    secretKey: string;
    /** Base address of the Stripe API, when it is not Stripe's own: the local simulator. */
    apiBase: string | undefined;
    /** Requests a second, kept by all processes together: of one operation, and of all. */
    rates: { perOperation: number; total: number };
  };
  api: { host: string; port: number };
  /** Where the process answers /healthz, /readyz and /metrics; port 0 takes any free one. */
  operations: { host: string; port: number };
  sync: {
    /** Invoices that may be on their way to Stripe at once; the others wait in RabbitMQ. */
    slots: number;
  };
};

const defaults = {
  TEMPORAL_NAMESPACE: 'durabill',
  DURABILL_API_HOST: '127.0.0.1',
  DURABILL_API_PORT: '7070',
  DURABILL_OPERATIONS_HOST: '127.0.0.1',
  DURABILL_OPERATIONS_PORT: '0',
  DURABILL_SYNC_SLOTS: '500',
  DURABILL_STRIPE_RATE_PER_OPERATION: '24',
};

/**
 * Reads the configuration from environment variables. All faults are told at once, each naming its variable, in one
 * `config-invalid`.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  // Stripe's own limits, less a little: 25 an operation; in all 100 in live mode and 25 in a sandbox.
  const isLive = /^[sr]k_live_/.test(env['STRIPE_SECRET_KEY'] ?? '');
  const fallbacks: Record<string, string> = { ...defaults, DURABILL_STRIPE_RATE_TOTAL: isLive ? '96' : '24' };
  const text = (name: string): string => {
    const value = env[name] ?? fallbacks[name];
    if (value === undefined || value === '') faults.push(`${name} is not set`);
    return value ?? '';
  };
  const url = (name: string, protocols: string[]): string => {
    const value = text(name);
    if (value !== '' && !(URL.canParse(value) && protocols.includes(new URL(value).protocol))) {
      faults.push(`${name} is no address that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`);
    }
    return value;
  };
  const whole = (name: string, low: number, high: number): number => {
    const value = text(name);
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (value !== '' && !(number >= low && number <= high)) {
      faults.push(`${name} must be a whole number from ${low} to ${high}, not "${value}"`);
    }
    return number;
  };
  const config: Config = {
    databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
    amqpUrl: url('AMQP_URL', ['amqp:', 'amqps:']),
    temporal: { address: text('TEMPORAL_ADDRESS'), namespace: text('TEMPORAL_NAMESPACE') },
    stripe: {
      secretKey: text('STRIPE_SECRET_KEY'),
      apiBase: env['STRIPE_API_BASE'] === undefined ? undefined : url('STRIPE_API_BASE', ['http:', 'https:']),
      rates: {
        perOperation: whole('DURABILL_STRIPE_RATE_PER_OPERATION', 1, 10_000),
        total: whole('DURABILL_STRIPE_RATE_TOTAL', 1, 10_000),
      },
    },
    api: { host: text('DURABILL_API_HOST'), port: whole('DURABILL_API_PORT', 0, 65_535) },
    operations: { host: text('DURABILL_OPERATIONS_HOST'), port: whole('DURABILL_OPERATIONS_PORT', 0, 65_535) },
    sync: { slots: whole('DURABILL_SYNC_SLOTS', 1, 5_000) },
  };
  if (faults.length > 0) {
    throw new DurabillError('config-invalid', { reason: `The configuration is not valid: ${faults.join('; ')}.` });
  }
  return config;
}
