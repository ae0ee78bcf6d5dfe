import assert from 'node:assert/strict';
import { holds, rated } from '../support/prices.ts';

describe('packages', () => {
  const packages = (packageSize: string, packageAmount: string, further: object = {}) => ({
    model: 'package',
    packageSize,
    packageAmount,
    ...further,
  });

  it('hold the use: figures of Lago, OpenMeter, Flexprice, Meteroid and Autumn', () => {
    // Lago: free units come off first: 121 - 10 = 111 are 12 of 10.
    holds(packages('10', '100'), [
      [3, '100'],
      [15, '200'],
      [121, '1300'],
    ]);
    holds(packages('10', '100', { included: '10' }), [[121, '1200']]);
    holds(packages('10', '100', { included: '200' }), [[121, '0']]);
    holds(packages('10', '100', { included: '5' }), [
      [3, '0'],
      [12, '100'],
    ]);
    // Lago, after each of three events of 3, 1 and 2: 0, 100 and 100 more.
    holds(packages('2', '100', { included: '3' }), [
      [3, '0'],
      [4, '100'],
      [6, '200'],
    ]);
    holds(packages('10', '15'), [
      [0, '0'],
      [1, '15'],
      [9, '15'],
      [10, '15'],
      [11, '30'],
    ]);
    holds(packages('10', '50'), [[25, '150']]);
    holds(packages('100', '1', { rounding: 'up' }), [
      [0, '0'],
      [2, '1'],
      [50, '1'],
      [99, '1'],
      [100, '1'],
      [101, '2'],
      [150, '2'],
      [250, '3'],
      [300, '3'],
    ]);
    holds(packages('100', '1', { rounding: 'down' }), [
      [50, '0'],
      [250, '2'],
    ]);
    holds(packages('20', '5'), [[45, '15']]);
    // Autumn: 155 - 100 = 55 are 6 of 10.
    holds(packages('10', '1', { included: '100' }), [[155, '6']]);
  });

  it('of nothing are not told', () => {
    assert.deepEqual(rated(packages('10', '1'), '0').working, []);
  });
});

describe('tiers in packages', () => {
  const packages = (upTo: string | null, packageSize: string, packageAmount: string) => ({
    upTo,
    packageSize,
    packageAmount,
  });

  it('count a started package whole, in each tier anew', () => {
    // Kill Bill: 1,000 are 10 packages of 100; the 4,325 above them are 5 packages of 1,000; 10 + 5 = 15.
    const tiers = [packages('1000', '100', '1'), packages(null, '1000', '1')];
    assert.deepEqual(rated({ model: 'graduated', tiers }, '5325').working, [
      {
        kind: 'tier',
        from: '0',
        upTo: '1000',
        quantity: '1000',
        packages: '10',
        packageSize: '100',
        packageAmount: '1',
        amount: '10',
      },
      {
        kind: 'tier',
        from: '1000',
        upTo: null,
        quantity: '4325',
        packages: '5',
        packageSize: '1000',
        packageAmount: '1',
        amount: '5',
      },
    ]);
    // A bound that is no multiple: 150 are 2 packages of 100, and one unit above it 1 package of 10.
    holds({ model: 'graduated', tiers: [packages('150', '100', '3'), packages(null, '10', '1')] }, [
      [150, '6'],
      [151, '7'],
      [160, '7'],
      ['160.001', '8'],
    ]);
  });

  it('have a flat amount beside them', () => {
    // 25 of 10 are 3 packages × 2 + 5 = 11.
    holds({ model: 'graduated', tiers: [{ ...packages(null, '10', '2'), flatAmount: '5' }] }, [[25, '11']]);
  });

  it('stand among tiers by the unit, and are left alone by included units', () => {
    // 30 - 5 = 25: 10 × 0.50 = 5, and 15 above are 2 packages of 10 at 3: 6; together 11.
    const tiers = [{ upTo: '10', unitAmount: '0.50' }, packages(null, '10', '3')];
    holds({ model: 'graduated', tiers, included: '5' }, [[30, '11']]);
  });

  it('are Kill Bill’s blocks, whose maxima are packages in each and not bounds', () => {
    // 10, 10 + 100 and more: 10 × 1.5 + 100 × 1 + 1 × 0.5 = 115.50, or all 111 at 0.5 = 55.50.
    const ofOne = [packages('10', '1', '1.5'), packages('110', '1', '1.0'), packages(null, '1', '0.5')];
    holds({ model: 'graduated', tiers: ofOne }, [[111, '115.5']]);
    holds({ model: 'volume', tiers: ofOne }, [[111, '55.5']]);
    // 10 × 100 and 100 × 1,000: the tiers end at 1,000 and 101,000.
    const rising = [packages('1000', '100', '1'), packages('101000', '1000', '1'), packages(null, '1000', '0.5')];
    holds({ model: 'volume', tiers: rising }, [
      [1000, '10'],
      [101_000, '101'],
      [101_001, '51'],
      [300_000, '150'],
    ]);
    holds({ model: 'volume', tiers: [packages('1000', '100', '10'), packages(null, '100', '1')] }, [[2000, '20']]);
    // Two units on one line there, two prices here: 5 and 198, 5 and 220, 2,010 and 220.
    const foo = [packages('10', '1', '1'), packages('60', '1', '10'), packages(null, '1', '100')];
    const bar = [packages('100', '1', '2'), packages('600', '1', '20'), packages(null, '1', '200')];
    holds({ model: 'graduated', tiers: foo }, [
      [5, '5'],
      [75, '2010'],
    ]);
    holds({ model: 'graduated', tiers: bar }, [
      [99, '198'],
      [101, '220'],
    ]);
    holds({ model: 'volume', tiers: foo }, [[76, '7600']]);
    holds({ model: 'volume', tiers: bar }, [[101, '2020']]);
    // 1,000 minutes are one package, 30,720 MB are 60 of 512: 0.5 and 18.
    holds({ model: 'graduated', tiers: [packages(null, '1000', '0.5')] }, [[1000, '0.5']]);
    holds({ model: 'graduated', tiers: [packages(null, '512', '0.3')] }, [[30_720, '18']]);
  });
});
