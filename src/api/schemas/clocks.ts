import { Type } from 'typebox';
import { addressText, closed, id, instant, instantText, page, pageQuery, text } from './common.ts';

export const NewTestClock = Type.Object(
  {
    name: text('Letters, digits, ".", "_" and "-"', 'sample', 80),
    startsAt: instantText('Business time that it begins with', '2013-01-01T05:00:00Z'),
    numberPrefix: text('Opens the numbers of its invoices: 1 to 12 capital letters and digits', 'SAMPLE', 12),
  },
  { ...closed, description: 'A test clock to create' },
);

export const Clock = Type.Object(
  {
    id: id('Our id'),
    name: text('Its name', 'sample', 80),
    kind: Type.Enum(['real', 'test'], { description: 'A test clock is advanced by runs', examples: ['test'] }),
    now: instant('Its business time', '2013-01-01T05:00:00.000Z'),
    numberPrefix: text('Opens the numbers of its invoices', 'SAMPLE', 12),
    createdAt: instant('When it was created'),
  },
  { description: 'A clock: business time is read from the clock of the customer' },
);

export const ClockPage = page(Clock, 'Clocks in the order of their names', ['sample']);
export const ClockQuery = Type.Object(pageQuery(['sample']), closed);
export const ClockParams = Type.Object({ name: addressText('Name of the clock', 'sample', 80) }, closed);
