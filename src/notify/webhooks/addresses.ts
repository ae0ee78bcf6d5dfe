import { type LookupAddress, lookup as lookupName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public addresses at which clouds answer their own machines, beside 169.254.169.254 and fd00:ec2::254. */
const ofClouds = new Set(['168.63.129.16', '192.0.0.192', '100.100.100.200']);

const globalUnicast: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Where an address leads. Everything that is not plainly somebody else's machine on the internet is `refused`: private,
 * link-local and shared ranges, and IPv6 addresses that carry an IPv4 one (mapped, NAT64, 6to4, Teredo).
 */
export function placeOf(address: string): 'public' | 'loopback' | 'refused' {
  // The library takes short forms such as 127.1 too, which no resolver answers.
  if (isIP(address) === 0 || !ipaddr.isValid(address) || ofClouds.has(address)) return 'refused';
  const parsed = ipaddr.parse(address);
  // Of IPv6 only this block is given to anybody (RFC 4291, 2.4 and IANA's registry); old forms outside of it carry IPv4.
  if (parsed instanceof ipaddr.IPv6 && parsed.range() === 'unicast' && !parsed.match(globalUnicast)) return 'refused';
  const range = parsed.range();
  return range === 'unicast' ? 'public' : range === 'loopback' ? 'loopback' : 'refused';
}

export type Rules = {
  /** For development: addresses of this machine are taken too, by http as well. */
  allowsLoopback: boolean;
};

const mayReach = (url: URL, { allowsLoopback }: Rules) => {
  const places = url.protocol === 'http:' ? [] : ['public'];
  return new Set<string>(allowsLoopback ? [...places, 'loopback'] : places);
};

/**
 * What is wrong with an address before anybody is asked for its name; undefined if nothing. Where the name leads is seen
 * when it is connected to, each time anew.
 */
export function urlFault(text: string, rules: Rules): string | undefined {
  if (!URL.canParse(text)) return 'it is no address';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(rules.allowsLoopback && url.protocol === 'http:')) {
    return 'it does not begin with https://';
  }
  if (url.username !== '' || url.password !== '') return 'it has a user or password in it';
  if (url.hash !== '') return 'it has a fragment, which is never sent';
  const host = hostOf(url);
  const isLocalName = host === 'localhost' || host.endsWith('.localhost');
  const isLocal = isLocalName || placeOf(host) === 'loopback';
  if (url.protocol === 'http:' && !isLocal) return 'http:// is taken for this machine only';
  if (isLocal) return rules.allowsLoopback ? undefined : 'it leads to the machine of the server itself';
  if (isIP(host) !== 0 && placeOf(host) === 'refused') return 'it leads into a private network';
  if (isIP(host) === 0 && !host.includes('.')) return 'its name is none of the internet';
  const port = Number(url.port || 443);
  // Below are the ports of other protocols, which an HTTP request could be taken for a command of.
  return port === 443 || port >= 1_024 ? undefined : `port ${port} is not 443, nor 1024 or above`;
}

/** Without the brackets of an IPv6 address, and the dot that may end a name. */
function hostOf(url: URL): string {
  return url.hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/** An address that nobody is sent to; its message has no address in it. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/** @throws AddressRefused if the host is written as an address that is not reached */
export function refuseLiteral(url: URL, rules: Rules): void {
  const host = hostOf(url);
  if (isIP(host) !== 0 && !mayReach(url, rules).has(placeOf(host))) throw new AddressRefused(placeOf(host));
}

export type Resolve = (
  host: string,
  options: { all: true; order: 'verbatim' },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The lookup of a connection: all that a name resolves to has to be reachable, and what is returned here is what is
 * connected to, so that a name which says something else a moment later changes nothing.
 */
export function guardedLookup(
  protocol: 'http:' | 'https:',
  rules: Rules,
  resolve: Resolve = lookupName,
): LookupFunction {
  const allowed = mayReach(new URL(`${protocol}//name.example`), rules);
  return (host, options, done) => {
    resolve(host, { all: true, order: 'verbatim' }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) return done(error ?? new AddressRefused('no address'), []);
      const refused = addresses.find(({ address }) => !allowed.has(placeOf(address)));
      if (refused !== undefined) return done(new AddressRefused(placeOf(refused.address)), []);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
