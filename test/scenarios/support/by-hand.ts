/**
 * Four invoices of the sample, derived by hand from the flights files and plans/airports.yaml: no program of ours has
 * computed them. examples/airports/README.md tells how to count the quantities.
 *
 * Amounts are in cents. A line that is not told has the quantity 0 and the amount 0.
 */
export type InvoiceByHand = {
  /** External id. */
  customer: string;
  month: string;
  lines: { priceKey: string; quantity: string; amountMinor: bigint }[];
  totalMinor: bigint;
};

/**
 * Hawaiian Airlines: one flight a day from JFK to Honolulu, 4,983 miles. All departures are among the included ones,
 * and a half cent is rounded away from zero.
 *
 *   access                                                                      2,500.00
 *   landing     31 departures, all of the 50 included                               0.00
 *   miles       31 × 4,983 = 154,473, in the tier of 100,000 to 1,000,000:
 *               154,473 × 0.0105 = 1,621.9665                                   1,621.97
 *   air-time    19,680 minutes - 600 included = 19,080, so 20 blocks × 39.90      798.00
 *   gate-jfk    31 × 4.155 = 128.805, a half cent                                 128.81
 *   aircraft    9 - 5 included = 4 × 85.00                                        340.00
 *   total                                                                       5,388.78
 */
export const hawaiianInJanuary: InvoiceByHand = {
  customer: 'HA',
  month: '2013-01',
  lines: [
    { priceKey: 'access', quantity: '1', amountMinor: 2_500_00n },
    { priceKey: 'landing', quantity: '31', amountMinor: 0n },
    { priceKey: 'miles', quantity: '154473', amountMinor: 1_621_97n },
    { priceKey: 'air-time', quantity: '19680', amountMinor: 798_00n },
    { priceKey: 'gate-jfk', quantity: '31', amountMinor: 128_81n },
    { priceKey: 'aircraft', quantity: '9', amountMinor: 340_00n },
  ],
  totalMinor: 5_388_78n,
};

/**
 * AirTran: 324 departures from LaGuardia, 62 to Akron (397 miles), 27 to Milwaukee (738) and 235 to Atlanta (762);
 * 4 more were cancelled. The departures cross a tier, and a half cent is rounded away from zero.
 *
 *   access                                                                      2,500.00
 *   landing     324 - 50 included = 274: the first 250 × 18.75 = 4,687.50,
 *               the other 24 × 16.40 = 393.60                                   5,081.10
 *   miles       62 × 397 + 27 × 738 + 235 × 762 = 24,614 + 19,926 + 179,070
 *               = 223,610 × 0.0105 = 2,347.905, a half cent                     2,347.91
 *   air-time    36,380 minutes - 600 included = 35,780, so 36 blocks × 39.90    1,436.40
 *   gate-lga    324 × 5.325                                                     1,725.30
 *   aircraft    100 - 5 included = 95 × 85.00                                   8,075.00
 *   cancellations  4 - 3 included = 1 × 31.25                                      31.25
 *   total                                                                      21,196.96
 */
export const airTranInJanuary: InvoiceByHand = {
  customer: 'FL',
  month: '2013-01',
  lines: [
    { priceKey: 'access', quantity: '1', amountMinor: 2_500_00n },
    { priceKey: 'landing', quantity: '324', amountMinor: 5_081_10n },
    { priceKey: 'miles', quantity: '223610', amountMinor: 2_347_91n },
    { priceKey: 'air-time', quantity: '36380', amountMinor: 1_436_40n },
    { priceKey: 'gate-lga', quantity: '324', amountMinor: 1_725_30n },
    { priceKey: 'aircraft', quantity: '100', amountMinor: 8_075_00n },
    { priceKey: 'cancellations', quantity: '4', amountMinor: 31_25n },
  ],
  totalMinor: 21_196_96n,
};

export const invoicesByHand = [hawaiianInJanuary, airTranInJanuary];

/**
 * N3JNAA, of American: five departures from all three airports. The miles cross a tier, and a half cent is rounded away
 * from zero.
 *
 *   landing-ewr   2 × 61.50                                                      123.00
 *   landing-jfk   2 × 68.25                                                      136.50
 *   landing-lga   1 × 54.75                                                       54.75
 *   distance      5,690: 5,000 × 0.0385 = 192.50, and 690 × 0.0295 = 20.355,
 *                 together 212.855, a half cent                                  212.86
 *   total                                                                        527.11
 */
const n3jnaaInOctober: InvoiceByHand = {
  customer: 'N3JNAA',
  month: '2013-10',
  lines: [
    { priceKey: 'landing-ewr', quantity: '2', amountMinor: 123_00n },
    { priceKey: 'landing-jfk', quantity: '2', amountMinor: 136_50n },
    { priceKey: 'landing-lga', quantity: '1', amountMinor: 54_75n },
    { priceKey: 'distance', quantity: '5690', amountMinor: 212_86n },
  ],
  totalMinor: 527_11n,
};

/**
 * N515MQ, of Envoy: 49 departures, and miles in all three tiers.
 *
 *   landing-ewr    1 × 61.50                                                      61.50
 *   landing-jfk   13 × 68.25                                                     887.25
 *   landing-lga   35 × 54.75                                                   1,916.25
 *   distance      28,502: 5,000 × 0.0385 = 192.50, 15,000 × 0.0295 = 442.50, and
 *                 8,502 × 0.01975 = 167.9145, together 802.9145                  802.91
 *   total                                                                      3,667.91
 */
const n515mqInOctober: InvoiceByHand = {
  customer: 'N515MQ',
  month: '2013-10',
  lines: [
    { priceKey: 'landing-ewr', quantity: '1', amountMinor: 61_50n },
    { priceKey: 'landing-jfk', quantity: '13', amountMinor: 887_25n },
    { priceKey: 'landing-lga', quantity: '35', amountMinor: 1_916_25n },
    { priceKey: 'distance', quantity: '28502', amountMinor: 802_91n },
  ],
  totalMinor: 3_667_91n,
};

export const aircraftByHand = [n3jnaaInOctober, n515mqInOctober];
