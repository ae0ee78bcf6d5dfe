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

/** So many are named before the others are only counted. */
const namedAtMost = 3;

/** Several scopes in one phrase: all where they are few, and else the first two and how many more there are. */
export function scopesText(scopes: readonly string[]): { text: string; isWhole: boolean } {
  const isWhole = scopes.length <= namedAtMost;
  const named = isWhole ? scopes : scopes.slice(0, namedAtMost - 1);
  const text = named
    .map(scopeText)
    .map((one, index) => (index === 0 ? one : lowerFirst(one)))
    .join(', ');
  return { text: isWhole ? text : `${text} and ${scopes.length - named.length} more`, isWhole };
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
