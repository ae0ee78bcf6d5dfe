import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { guardedLookup, placeOf, refuseLiteral, urlFault } from '../../../src/notify/webhooks/addresses.ts';

const strict = { allowsLoopback: false };
const local = { allowsLoopback: true };

describe('Addresses that webhooks are sent to', () => {
  const places: Record<ReturnType<typeof placeOf>, string[]> = {
    public: ['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:2800:220:1:248:1893:25c8:1946', '2001:4860:4860::8888'],
    loopback: ['127.0.0.1', '127.255.255.254', '::1'],
    refused: [
      // Private, shared between customers of a carrier, and of the link.
      ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255'],
      ...['169.254.0.1', 'fe80::1', 'febf::1', 'fc00::1', 'fd12:3456:789a::1', 'fec0::1'],
      // Where clouds answer their own machines.
      ...['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
      // Nobody's, everybody's, for documents and for measuring.
      ...[
        '0.0.0.0',
        '0.1.2.3',
        '255.255.255.255',
        '224.0.0.1',
        '240.0.0.1',
        '192.0.2.1',
        '198.51.100.7',
        '203.0.113.9',
      ],
      ...['198.18.0.1', '192.0.0.8', '::', 'ff02::1', '2001:db8::1', '100::1'],
      // An IPv4 address inside of an IPv6 one: mapped, compatible, NAT64 of both prefixes, 6to4, Teredo.
      ...[
        '::ffff:127.0.0.1',
        '::127.0.0.1',
        '::10.0.0.1',
        'fe80::1%eth0',
        '::ffff:10.0.0.1',
        '::ffff:8.8.8.8',
        '64:ff9b::7f00:1',
        '64:ff9b::a00:1',
      ],
      ...['64:ff9b:1::a00:1', '2002:7f00:1::', '2002:a00:1::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
      // No address at all.
      ...['', 'example.com', '1.2.3', '256.1.1.1', '12345'],
    ],
  };
  for (const [place, addresses] of Object.entries(places)) {
    it(`are ${place}: ${addresses.length} addresses`, () => {
      for (const address of addresses) assert.equal(placeOf(address), place, address);
    });
  }

  const faults: [url: string, fault: RegExp | undefined][] = [
    ['https://acme.example/hooks?source=durabill', undefined],
    ['https://acme.example:8443/hooks', undefined],
    ['https://8.8.8.8/hooks', undefined],
    ['https://[2001:4860:4860::8888]/', undefined],
    ['hooks', /no address/],
    ['ftp://acme.example/', /https/],
    ['http://acme.example/', /https/],
    ['javascript:alert(1)', /https/],
    ['https://user:secret@acme.example/', /user or password/],
    ['https://acme.example/#part', /fragment/],
    ['https://acme.example:22/', /port 22/],
    ['https://acme.example:25/', /port 25/],
    ['https://localhost/', /server itself/],
    ['https://api.localhost./', /server itself/],
    ['https://127.0.0.1/', /server itself/],
    ['https://[::1]/', /server itself/],
    ['https://10.0.0.1/', /private/],
    ['https://[::ffff:10.0.0.1]/', /private/],
    ['https://intranet/', /none of the internet/],
    // As browsers and curl read them: 127.0.0.1 in hexadecimal, octal, as one number and in short.
    ['https://0x7f.0.0.1/', /server itself/],
    ['https://0177.0.0.1/', /server itself/],
    ['https://2130706433/', /server itself/],
    ['https://127.1/', /server itself/],
    ['https://3232235777/', /private/],
    ['https://169.254.169.254/latest/meta-data/', /private/],
    ['https://１２７.0.0.1/', /server itself/],
  ];
  for (const [url, fault] of faults) {
    it(`${fault === undefined ? 'take' : 'refuse'} ${url}`, () => {
      const found = urlFault(url, strict);
      if (fault === undefined) assert.equal(found, undefined);
      else assert.match(found ?? 'nothing is wrong', fault);
    });
  }

  it('may be on this machine where that is set, and no private network even then', () => {
    for (const url of ['http://localhost:8080/', 'http://127.0.0.1:9000/', 'https://[::1]:9443/']) {
      assert.equal(urlFault(url, local), undefined, url);
    }
    assert.match(urlFault('http://acme.example/', local) ?? '', /this machine only/);
    assert.match(urlFault('https://10.0.0.1/', local) ?? '', /private/);
    assert.throws(() => refuseLiteral(new URL('https://10.0.0.1/'), local), { name: 'AddressRefused' });
    assert.throws(() => refuseLiteral(new URL('http://8.8.8.8/'), local), { name: 'AddressRefused' });
    assert.throws(() => refuseLiteral(new URL('https://[::1]/'), strict), { name: 'AddressRefused' });
    refuseLiteral(new URL('https://8.8.8.8/'), strict);
  });

  describe('that a name leads to', () => {
    const lookup = (addresses: string[], rules = strict, protocol: 'http:' | 'https:' = 'https:') =>
      new Promise<string>((resolve) => {
        const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        const guarded = guardedLookup(protocol, rules, (_host, _options, done) => done(null, found));
        guarded('acme.example', { all: true }, (error, answer) => {
          resolve(error?.name ?? (answer as LookupAddress[]).map(({ address }) => address).join(' '));
        });
      });

    it('are connected to as they were looked at, all of them or none', async () => {
      assert.equal(await lookup(['93.184.216.34', '2606:2800:220:1::1']), '93.184.216.34 2606:2800:220:1::1');
      assert.equal(await lookup(['93.184.216.34', '10.0.0.1']), 'AddressRefused');
      assert.equal(await lookup(['::ffff:169.254.169.254']), 'AddressRefused');
      assert.equal(await lookup(['127.0.0.1']), 'AddressRefused');
      assert.equal(await lookup([]), 'AddressRefused');
      assert.equal(await lookup(['127.0.0.1'], local), '127.0.0.1');
      assert.equal(await lookup(['93.184.216.34'], local, 'http:'), 'AddressRefused', 'http stays here');
      assert.equal(await lookup(['192.168.0.1'], local), 'AddressRefused');
    });
  });
});
