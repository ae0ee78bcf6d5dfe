import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInByLink } from '../../src/auth/links.ts';
import { signInOperator } from '../../src/auth/operator-sign-in.ts';
import { openDoors } from '../../src/bin/start/access.ts';
import { flat, openBusiness } from '../billing/business.ts';
import { useTestDatabase } from '../support/database.ts';

describe('The doors of a start', function () {
  this.timeout(60_000);
  const books = useTestDatabase();
  let dataDir = '';
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'durabill-doors-'));
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it('let one customer and one operator in, at each start anew', async () => {
    const business = await openBusiness(books.database);
    const where = { dataDir, publicUrl: 'http://127.0.0.1:7070', clockId: business.clockId };
    const empty = await openDoors(books.database, where);
    assert.equal(empty.customer, null, 'nobody has an invoice yet');
    const { email, password } = empty.operator;
    assert.ok(password);
    assert.equal((await stat(join(dataDir, 'operator-password'))).mode & 0o777, 0o600);
    await business.customer('Small', { plan: await business.plan('small', [flat('1')]) });
    const large = await business.customer('Large', { plan: await business.plan('large', [flat('100')]) });
    await business.invoice('2013-02-01T13:00:00Z');

    const first = await openDoors(books.database, where);
    const second = await openDoors(books.database, where);
    assert.deepEqual([first.operator, second.operator], [empty.operator, empty.operator]);
    for (const { customer } of [first, second]) {
      assert.equal(customer?.name, 'Large');
      const [page, token = ''] = (customer?.url ?? '').split('#');
      assert.equal(page, 'http://127.0.0.1:7070/sign-in/link');
      assert.ok('secret' in (await signInByLink(books.database, { token }, {})));
    }
    const { rows } = await books.database.query('SELECT FROM customer_users WHERE customer_id = $1', [large]);
    assert.equal(rows.length, 1);
    assert.ok('secret' in (await signInOperator(books.database, { email, password }, { ip: '127.0.0.1' })));

    await books.database.query(`UPDATE operators SET password_hash = NULL`);
    assert.equal((await openDoors(books.database, where)).operator.password, null, 'changed by hand');
  });
});
