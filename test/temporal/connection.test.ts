import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { Connection } from '@temporalio/client';
import { readConfig, readTemporalConfig } from '../../src/config.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { connectTemporal } from '../../src/temporal/connection.ts';
import { ensureNamespace } from '../../src/temporal/namespace.ts';
import { connectWorkers } from '../../src/temporal/workers.ts';
import { quietTemporal } from '../support/temporal.ts';

const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url));
/** grpc.status */
const permissionDenied = 7;
const unimplemented = 12;

const tls = {
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem'),
  TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
  TEMPORAL_TLS_CLIENT_CERT_PATH: file('cert.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: file('key.pem'),
};

function faultsOf(env: Record<string, string>): string[] {
  try {
    readTemporalConfig({ TEMPORAL_ADDRESS: 'temporal.test:7233', ...env });
    return [];
  } catch (error) {
    assert.ok(isDurabillError(error, 'config-invalid'), String(error));
    return error.message.split('\n').slice(1);
  }
}

describe('how Temporal is reached', () => {
  it('is by TLS once an API key is there, as Temporal Cloud wants it', () => {
    const config = readTemporalConfig({
      TEMPORAL_ADDRESS: 'eu-west-1.aws.api.temporal.io:7233',
      TEMPORAL_NAMESPACE: 'billing.a1b2c',
      TEMPORAL_API_KEY: 'made-up',
    });
    assert.deepEqual(config, {
      address: 'eu-west-1.aws.api.temporal.io:7233',
      namespace: 'billing.a1b2c',
      apiKey: 'made-up',
      tls: true,
    });
  });

  it('is by certificates of one’s own, from files or from the variables themselves', () => {
    const data = {
      TEMPORAL_TLS_SERVER_CA_CERT_DATA: readFileSync(file('ca.pem'), 'utf8'),
      TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
      TEMPORAL_TLS_CLIENT_CERT_DATA: readFileSync(file('cert.pem'), 'utf8'),
      TEMPORAL_TLS_CLIENT_KEY_DATA: readFileSync(file('key.pem'), 'utf8'),
    };
    const address = { TEMPORAL_ADDRESS: 'temporal.test:7233' };
    const byPath = readTemporalConfig({ ...address, ...tls });
    assert.deepEqual(readTemporalConfig({ ...address, ...data }), byPath);
    assert.ok(typeof byPath.tls === 'object' && byPath.tls?.clientCertPair, 'there is a client certificate');
  });

  it('is refused where the variables would be taken for something else, or for nothing', () => {
    assert.deepEqual(faultsOf({ TEMPORAL_TLS: 'yes' }), ['TEMPORAL_TLS is "yes": write true or false.']);
    assert.match(faultsOf({ TEMPORAL_API_KEY: 'x', TEMPORAL_TLS: 'false' }).join(), /^TEMPORAL_TLS is off while/);
    assert.match(faultsOf({ TEMPORAL_TLS_CLIENT_CERT_PATH: file('cert.pem') }).join(), /and its key are not both set/);
    assert.match(faultsOf({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('none.pem') }).join(), /cannot be read \(ENOENT/);
    assert.match(faultsOf({ TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' }).join(), /is not supported/);
  });

  it('is told with the other faults of the configuration', () => {
    assert.throws(
      () => readConfig({ TEMPORAL_TLS: 'yes' }),
      (error: Error) => /DATABASE_URL is not set/.test(error.message) && /TEMPORAL_TLS is "yes"/.test(error.message),
    );
  });
});

/** What a server behind TLS sees of a caller. */
type Call = { path: string | undefined; authorization: string | undefined; subject: string };

describe('a Temporal server behind TLS', function () {
  this.timeout(60_000);
  let server: Http2SecureServer;
  let calls: Call[] = [];

  before(async () => {
    quietTemporal();
    const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFileSync(file(name)));
    server = createSecureServer({ ca: ca!, cert: cert!, key: key!, requestCert: true, rejectUnauthorized: true });
    server.on('stream', (stream, headers: IncomingHttpHeaders) => {
      const { subject } = (stream.session!.socket as TLSSocket).getPeerCertificate();
      calls.push({ path: headers[':path'], authorization: headers.authorization, subject: String(subject.CN) });
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      // A message without content, which every answer may be.
      stream.end(Buffer.alloc(5));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    calls = [];
  });
  after(() => server.close());

  const configWith = (env: Record<string, string>) =>
    readTemporalConfig({ TEMPORAL_ADDRESS: `127.0.0.1:${(server.address() as AddressInfo).port}`, ...env });
  const wanted = { path: '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo', subject: 'temporal.test' };

  it('is reached by clients, with the certificate and the API key', async () => {
    const temporal = connectTemporal(configWith({ ...tls, TEMPORAL_API_KEY: 'made-up' }));
    await temporal.connection.ensureConnected();
    await temporal.close();
    assert.deepEqual(calls[0], { ...wanted, authorization: 'Bearer made-up' });
  });

  it('is reached by workers, with the same', async () => {
    const connection = await connectWorkers(configWith({ ...tls, TEMPORAL_API_KEY: 'made-up' }));
    await connection.close();
    assert.deepEqual(calls[0], { ...wanted, authorization: 'Bearer made-up' });
  });

  it('is not reached by who does not know its authority', async () => {
    const { TEMPORAL_TLS_SERVER_CA_CERT_PATH: _left, ...others } = tls;
    await assert.rejects(connectWorkers(configWith(others)));
    assert.deepEqual(calls, []);
  });
});

/** A server that answers as told; only the calls of `ensureNamespace` are there. */
function serverThat(answers: Record<string, () => unknown>): Connection {
  const service = new Proxy({}, { get: (_target, call: string) => async () => answers[call]?.() ?? {} });
  return { workflowService: service, operatorService: service } as unknown as Connection;
}

const refuse = (code: number) => () => {
  throw Object.assign(new Error('refused'), { code });
};

describe('a namespace that only its owner can change, as on Temporal Cloud', () => {
  const retention = (days: number) => () => ({ config: { workflowExecutionRetentionTtl: { seconds: days * 86_400 } } });
  const allAttributes = () => ({ customAttributes: new Proxy({}, { get: () => 2 }) });

  it('is asked for in words when it is not there', async () => {
    const unknown = { describeNamespace: refuse(5), registerNamespace: refuse(unimplemented) };
    for (const answers of [unknown, { describeNamespace: refuse(permissionDenied) }]) {
      await assert.rejects(ensureNamespace(serverThat(answers), 'billing'), {
        code: 'config-invalid',
        field: 'TEMPORAL_NAMESPACE',
        message: /no namespace "billing" that we may use, and does not let us make it/,
      });
    }
  });

  it('is taken as it is when it keeps runs for less than we would, with a word to the operator', async () => {
    const answers = {
      describeNamespace: retention(7),
      updateNamespace: refuse(permissionDenied),
      listSearchAttributes: allAttributes,
    };
    const notes = await ensureNamespace(serverThat(answers), 'billing');
    assert.match(notes.join(), /keeps closed runs for 7 days; 30 are advised/);
    assert.deepEqual(
      await ensureNamespace(serverThat({ ...answers, describeNamespace: retention(30) }), 'billing'),
      [],
    );
  });

  it('needs its search attributes, which are told by name and type', async () => {
    const answers = { describeNamespace: retention(30), addSearchAttributes: refuse(permissionDenied) };
    await assert.rejects(ensureNamespace(serverThat(answers), 'billing'), {
      code: 'config-invalid',
      message: /lacks search attributes.*: .*SyncState \(Keyword\)/,
    });
  });
});
