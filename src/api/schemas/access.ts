import { Type } from 'typebox';
import { operatorRoles, userRoles } from '../../auth/roles.ts';
import { addressText, closed, id, instant, nullable, page, pageQuery, text } from './common.ts';
import { Session } from './sessions.ts';

const email = (description: string) => text(description, 'kim@jetblue.example', 320);
const token = text('What stands behind the # of the link', 'dbl_4uKqz0nT8cJv1bYxW5sRfM2hLgE7aPd9oQiUjN3kXtZ', 100);
const password = (description: string) => text(description, 'a long sentence of mine', 1_024);

export const userRole = Type.Enum([...userRoles], {
  type: 'string',
  description: '`member` reads, `billing` changes address and payment method too, `admin` manages users too',
  examples: ['billing'],
});
export const operatorRole = Type.Enum([...operatorRoles], {
  type: 'string',
  description: '`viewer` reads, `support` helps customers, `finance` moves money, `admin` may do all',
  examples: ['finance'],
});

// --- Signing in

export const MailSignIn = Type.Object(
  { email: email('Where the link is sent, if somebody signs in by it') },
  { ...closed, description: 'Who wants to sign in' },
);
export const MailSent = Type.Object(
  {
    sent: Type.Boolean({
      description: 'Always true: whether anybody signs in by the address is not said',
      examples: [true],
    }),
  },
  { description: 'If somebody signs in by the address, a link is on its way' },
);

export const LinkSignIn = Type.Object(
  {
    token,
    userId: Type.Optional(
      text('Which of the choices, where there are several', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
    ),
  },
  { ...closed, description: 'A link that is followed' },
);
const Choice = Type.Object(
  {
    userId: id('To be sent with the token'),
    customerName: text('Whose pages are to be seen', 'JetBlue Airways'),
  },
  { description: 'A customer whose user the address is' },
);
export const LinkSignedIn = Type.Object(
  {
    session: nullable(Session),
    choices: Type.Array(Choice, {
      description: 'Empty, or the customers of whom one has to be chosen first; the link stays good until then',
    }),
  },
  { description: 'Who has signed in, or what is to be chosen' },
);

export const OperatorSignIn = Type.Object(
  {
    email: email('Of the operator'),
    password: password('The password'),
    code: Type.Optional(text('A one-time code, or a recovery code, where they are in force', '492039', 40)),
  },
  { ...closed, description: 'An operator who wants to sign in' },
);
export const OperatorSignedIn = Type.Object(
  {
    session: nullable(Session),
    codeNeeded: Type.Boolean({ description: 'Whether a one-time code has to be sent too', examples: [false] }),
  },
  { description: 'Who has signed in, or that a code is missing' },
);
export const InviteAnswer = Type.Object(
  { token, password: password('The password that is chosen') },
  { ...closed, description: 'An invitation that is taken up' },
);
export const InviteTaken = Type.Object(
  { email: email('By which the operator signs in from now on') },
  { description: 'The password is set' },
);
export const SignInWays = Type.Object(
  {
    mail: Type.Boolean({ description: 'Whether customers can have a link mailed to them', examples: [true] }),
    oidc: Type.Boolean({ description: 'Whether operators can sign in by OpenID Connect', examples: [false] }),
  },
  { description: 'By what one can sign in here' },
);

// --- One's own account

export const Security = Type.Object(
  {
    hasPassword: Type.Boolean({ description: 'Whether there is a password', examples: [true] }),
    hasTotp: Type.Boolean({ description: 'Whether one-time codes are in force', examples: [false] }),
    recoveryCodesLeft: Type.Integer({ minimum: 0, description: 'Recovery codes that are not used', examples: [10] }),
  },
  { description: 'How an operator’s account is kept' },
);
export const PasswordChange = Type.Object(
  { current: password('The password until now'), next: password('The password from now on: 12 characters or more') },
  { ...closed, description: 'A password that is changed' },
);
export const PasswordAgain = Type.Object(
  { password: password('The password, once more') },
  { ...closed, description: 'Who asks' },
);
export const TotpBegun = Type.Object(
  {
    secret: text('For typing into an authenticator', 'JBSWY3DPEHPK3PXP', 64),
    url: text('For a code that an authenticator scans', 'otpauth://totp/Durabill:ada%40acme.example?secret=…', 500),
  },
  { description: 'A secret that is in force once a code of it is sent' },
);
export const TotpCode = Type.Object(
  { code: text('The code that the authenticator shows', '492039', 10) },
  { ...closed, description: 'That the authenticator has it' },
);
export const RecoveryCodes = Type.Object(
  {
    recoveryCodes: Type.Array(text('A code', 'abcd-efgh-jkmn-pqrs', 40), {
      description: 'Each lets in once in place of a one-time code; told this once',
    }),
  },
  { description: 'For who loses the authenticator' },
);

// --- Links of the product

export const NewSessionLink = Type.Object(
  {
    userId: Type.Optional(id('The user who follows it; somebody without a name unless said otherwise')),
    role: Type.Optional(userRole),
    minutes: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 60,
        description: 'How long it works; 5 unless said otherwise',
        examples: [5],
      }),
    ),
  },
  { ...closed, description: 'Who is sent on; without a user in the role `billing` unless said otherwise' },
);
export const SessionLink = Type.Object(
  {
    id: id('Id of the link, as the history of the customer has it'),
    url: text(
      'Send the customer there at once; it works once',
      'https://billing.acme.example/sign-in/link#dbl_4uKq…',
      2_048,
    ),
    expiresAt: instant('Until when it works'),
  },
  { description: 'A link that opens a session of the customer' },
);

// --- Users of customers

const receivesInvoices = Type.Boolean({
  description: 'Whether the mails about invoices go to this person too',
  examples: [true],
});
export const NewUser = Type.Object(
  {
    email: email('By which the person signs in'),
    name: text('What the person is called', 'Kim Moreau'),
    role: userRole,
    receivesInvoices: Type.Optional(receivesInvoices),
    invite: Type.Optional(
      Type.Boolean({
        description: 'Whether a link is mailed to the person; no unless said otherwise',
        examples: [true],
      }),
    ),
  },
  { ...closed, description: 'A person who is to see the pages of the customer' },
);
export const UserChange = Type.Object(
  {
    name: Type.Optional(text('What the person is called', 'Kim Moreau')),
    role: Type.Optional(userRole),
    receivesInvoices: Type.Optional(receivesInvoices),
    state: Type.Optional(
      Type.Enum(['active', 'disabled'], {
        type: 'string',
        description: '`disabled` signs the person out everywhere',
        examples: ['disabled'],
      }),
    ),
  },
  { ...closed, description: 'What changes; the rest stays' },
);
export const User = Type.Object(
  {
    id: id('Id of the user'),
    customerId: id('The customer'),
    email: email('By which the person signs in'),
    name: text('What the person is called', 'Kim Moreau'),
    role: userRole,
    receivesInvoices,
    state: Type.Enum(['invited', 'active', 'disabled'], {
      description: '`invited` until the first sign-in',
      examples: ['active'],
    }),
    createdAt: instant('When the user was added'),
    signedInAt: nullable(instant('When the user signed in last')),
  },
  { description: 'A person who sees the pages of a customer' },
);
export const UserPage = page(User, 'Users in the order of their addresses', ['kim@jetblue.example']);
export const UserQuery = Type.Object(pageQuery(['kim@jetblue.example']), closed);
export const UserParams = Type.Object(
  {
    id: addressText('Our id, or the external id of the customer', 'B6'),
    userId: addressText('Id of the user', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'),
  },
  closed,
);

// --- Operators

export const NewOperator = Type.Object(
  {
    email: email('By which the operator signs in'),
    name: text('What they are called', 'Ada Byron'),
    role: operatorRole,
  },
  { ...closed, description: 'Somebody who is to operate this deployment' },
);
export const OperatorChange = Type.Object(
  {
    name: Type.Optional(text('What they are called', 'Ada Byron')),
    role: Type.Optional(operatorRole),
    disabled: Type.Optional(
      Type.Boolean({ description: 'Whether they are kept out, and signed out everywhere', examples: [true] }),
    ),
  },
  { ...closed, description: 'What changes; the rest stays' },
);
export const Operator = Type.Object(
  {
    id: id('Id of the operator'),
    email: email('By which they sign in'),
    name: text('What they are called', 'Ada Byron'),
    role: operatorRole,
    hasPassword: Type.Boolean({ description: 'Whether they have chosen a password', examples: [true] }),
    hasTotp: Type.Boolean({ description: 'Whether they sign in with one-time codes too', examples: [true] }),
    createdAt: instant('When they were added'),
    signedInAt: nullable(instant('When they signed in last')),
    disabledAt: nullable(instant('Since when they are kept out')),
  },
  { description: 'Somebody who operates this deployment' },
);
export const OperatorPage = page(Operator, 'Operators in the order of their addresses', ['ada@acme.example']);
export const OperatorQuery = Type.Object(pageQuery(['ada@acme.example']), closed);
export const OperatorParams = Type.Object(
  { id: addressText('Id of the operator', 'b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55') },
  closed,
);
export const Invitation = Type.Object(
  {
    operator: Operator,
    url: text(
      'Where they choose a password; it works once',
      'https://billing.acme.example/sign-in/invite#dbl_4uKq…',
      2_048,
    ),
    expiresAt: instant('Until when it works'),
    isMailed: Type.Boolean({ description: 'Whether the link was mailed to them too', examples: [true] }),
  },
  { description: 'An invitation' },
);
