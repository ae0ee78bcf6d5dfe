import { Route, Routes } from 'react-router';
import { NotFound } from '../not-found.tsx';
import { CustomerSignIn } from './customer.tsx';
import { InvitePage } from './invite.tsx';
import { LinkPage } from './link.tsx';
import { OperatorSignIn } from './operator.tsx';

/** How people come in: customers by links, operators by password. */
export default function SignInPage() {
  return (
    <Routes>
      <Route index element={<CustomerSignIn />} />
      <Route path="operator" element={<OperatorSignIn />} />
      <Route path="link" element={<LinkPage />} />
      <Route path="invite" element={<InvitePage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
