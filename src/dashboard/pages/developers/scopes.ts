const verbs: Record<string, string> = { read: 'Read', write: 'Change', erase: 'Erase' };
const nouns: Record<string, string> = {
  events: 'usage events',
  customers: 'customer details',
  'personal-data': 'personal data',
  invoices: 'invoices',
  wallets: 'wallets',
  plans: 'plans and prices',
  runs: 'billing runs',
  reconciliations: 'reconciliations',
  operations: 'what waits for a person',
  audit: 'the audit trail',
  webhooks: 'webhooks',
  keys: 'API keys',
  settings: 'settings',
  users: 'users',
  sessions: 'sign-in links',
  operators: 'operators',
};

/** `invoices:read` for people: Read invoices. */
export function scopeText(scope: string): string {
  const [noun = '', verb = ''] = scope.split(':');
  if (scope === 'events:write') return 'Send usage events';
  return `${verbs[verb] ?? verb} ${nouns[noun] ?? noun.replaceAll('-', ' ')}`;
}
