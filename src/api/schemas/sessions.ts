import { Type } from 'typebox';
import { operatorRoles, userRoles } from '../../auth/roles.ts';
import { closed, id, instant, nullable, text } from './common.ts';

export const roleName = Type.Enum([...new Set([...operatorRoles, ...userRoles])], {
  type: 'string',
  description: 'What the role is called: of operators `viewer` to `admin`, of users `member` to `admin`',
  examples: ['billing'],
});

const whoFields = {
  kind: nullable(
    Type.Enum(['operator', 'user'], {
      type: 'string',
      description: 'Who has signed in: an operator, or a user of a customer; null for nobody',
      examples: ['user'],
    }),
  ),
  name: nullable(text('What the person is called', 'Kim Moreau')),
  email: nullable(text('By which address they sign in', 'kim@jetblue.example', 320)),
  role: nullable(roleName),
  scopes: Type.Array(text('What they may call', 'invoices:read', 40), { description: 'What follows from the role' }),
  customerId: nullable(id('The customer whose user it is; null for operators')),
  userId: nullable(id('Of the user; null for operators, and for who came by a link that names nobody')),
  csrfToken: nullable(text('To be sent in the header `x-csrf-token` with every change', 'rQ5fYg3zM0fM7s7Qx0r8c4', 64)),
};

export const Session = Type.Object(whoFields, { description: 'Who has signed in by this browser' });

export const OpenSession = Type.Object(
  {
    id: id('Id of the session'),
    isThis: Type.Boolean({ description: 'Whether it is the one that asks', examples: [true] }),
    signedInBy: Type.Enum(['mail', 'link', 'password', 'oidc'], {
      type: 'string',
      description: 'By what it was opened: a mailed link, a link of the product, a password, OpenID Connect',
      examples: ['mail'],
    }),
    userAgent: nullable(text('What the browser says it is', 'Mozilla/5.0 (X11; Linux x86_64)', 200)),
    createdAt: instant('When it was opened'),
    seenAt: instant('When it was used last, to the minute'),
    expiresAt: instant('When it is over in any case'),
  },
  { description: 'A session that is open' },
);

export const OpenSessions = Type.Object(
  { data: Type.Array(OpenSession, { description: 'The latest used first' }) },
  { description: 'Where one is signed in' },
);

export const SessionParams = Type.Object(
  { id: text('Id of the session', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);

export const SignedOut = Type.Object(
  { signedOut: Type.Boolean({ description: 'That it is over', examples: [true] }) },
  { description: 'The session is over' },
);

export const EndedSessions = Type.Object(
  { ended: Type.Integer({ minimum: 0, description: 'How many sessions were ended', examples: [2] }) },
  { description: 'Sessions that are over' },
);
