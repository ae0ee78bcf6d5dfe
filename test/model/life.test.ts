import fc from 'fast-check';
import { createTaxRate } from '../../src/billing/tax/create-tax-rate.ts';
import { useTarget } from '../targets/support.ts';
import { holdProofs } from './hold.ts';
import type { Model } from './model.ts';
import { createCoupons, crashStep, type Draw, Drawn, settle, steps } from './steps.ts';
import { openWorld, type World } from './world.ts';

/**
 * Whatever happens to the invoices of a customer, in whatever order, and wherever the power is cut: the books are what a
 * model of them says, and Stripe has what the books have. Of a failure fast-check prints the seed and the path of the
 * shortest story that it found; put both into the options of `fc.assert` to tell it again.
 */
describe('The life of invoices', () => {
  const target = useTarget();

  const draw = fc.record<Draw>({
    pick: fc.nat(1_000),
    share: fc.integer({ min: 1, max: 100 }),
    flag: fc.boolean(),
    cutAfter: fc.option(fc.integer({ min: 1, max: 25 }), { freq: 3 }),
  });
  const commands = fc.commands(
    [...steps, crashStep].map((step) => draw.map((drawn) => new Drawn(step, drawn))),
    { maxCommands: 90, size: 'max' },
  );

  before(async () => {
    await createTaxRate(target.database, { key: 'vat', name: 'VAT', percentage: '19' }, 'test');
    await createCoupons(target.database);
  });

  it('is as the model says, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (drawn) => {
        let opened: { model: Model; real: World } | undefined;
        await fc.asyncModelRun(async () => {
          opened = await openWorld(target);
          return opened;
        }, drawn);
        if (opened === undefined) throw new Error('nothing was opened');
        await settle(opened.model, opened.real);
        await holdProofs(opened.model, opened.real);
      }),
      { numRuns: Number(process.env['DURABILL_MODEL_RUNS'] ?? 12), interruptAfterTimeLimit: 400_000 },
    );
    if(process.env['DBG']) console.log((globalThis as any).cnt);
  }).timeout(500_000);
});
