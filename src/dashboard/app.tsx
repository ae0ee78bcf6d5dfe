import { type ComponentType, lazy } from 'react';
import { RouterProvider } from 'react-aria-components';
import { Outlet, Route, Routes, useHref, useNavigate, useParams } from 'react-router';
import { CustomerProvider } from './customer.tsx';
import { customerNavigation, operatorNavigation } from './navigation.ts';
import { NotFound } from './pages/not-found.tsx';
import { NotedView } from './pages/operations/note-view.tsx';
import { RequireSession, useSession } from './session.tsx';
import { AppShell } from './ui/app-shell.tsx';
import { Toasts } from './ui/toast.tsx';

/** Each page is a file of its own that is fetched when it is first opened. */
const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

const Overview = page(() => import('./pages/overview/index.tsx'));
const Usage = page(() => import('./pages/usage/index.tsx'));
const Invoices = page(() => import('./pages/invoices/index.tsx'));
const WhatIf = page(() => import('./pages/what-if/index.tsx'));
const Account = page(() => import('./pages/account/index.tsx'));
const Developers = page(() => import('./pages/developers/index.tsx'));
const BusinessDevelopers = page(() => import('./pages/developers/business.tsx'));
const Operations = page(() => import('./pages/operations/index.tsx'));
const Security = page(() => import('./pages/sign-in/security.tsx'));
const SignIn = page(() => import('./pages/sign-in/index.tsx'));

const customerPages = (
  <>
    <Route index element={<Overview />} />
    <Route path="usage/*" element={<Usage />} />
    <Route path="invoices/*" element={<Invoices />} />
    <Route path="what-if" element={<WhatIf />} />
    <Route path="account" element={<Account />} />
    <Route path="developers/*" element={<Developers />} />
  </>
);

/** The customer's own pages. */
function OwnPages() {
  const { customerId } = useSession();
  return (
    <RequireSession kind="user">
      <AppShell name="Billing" home="/" navigation={customerNavigation('')}>
        <CustomerProvider customerId={customerId ?? ''} base="" readOnly={false}>
          <Outlet />
        </CustomerProvider>
      </AppShell>
    </RequireSession>
  );
}

/** The same pages as an operator sees them. */
function OperatedPages() {
  const { customerId = '' } = useParams();
  const base = `/operations/customers/${encodeURIComponent(customerId)}`;
  return (
    <AppShell
      name="Operations"
      home="/operations"
      navigation={customerNavigation(base)}
      viewing={{ back: '/operations/customers', customerId }}
    >
      <NotedView customerId={customerId}>
        <CustomerProvider customerId={customerId} base={base} readOnly>
          <Outlet />
        </CustomerProvider>
      </NotedView>
    </AppShell>
  );
}

function OperatorPages() {
  return (
    <AppShell name="Operations" home="/operations" navigation={operatorNavigation}>
      <Operations />
    </AppShell>
  );
}

export function App() {
  const navigate = useNavigate();
  return (
    <RouterProvider navigate={(path) => void navigate(path)} useHref={useHref}>
      <Routes>
        <Route element={<OwnPages />}>{customerPages}</Route>
        <Route
          element={
            <RequireSession kind="operator">
              <Outlet />
            </RequireSession>
          }
        >
          <Route path="operations/customers/:customerId" element={<OperatedPages />}>
            {customerPages}
          </Route>
          <Route
            path="operations/developers/*"
            element={
              <AppShell name="Operations" home="/operations" navigation={operatorNavigation}>
                <BusinessDevelopers />
              </AppShell>
            }
          />
          <Route
            path="operations/security"
            element={
              <AppShell name="Operations" home="/operations" navigation={operatorNavigation}>
                <Security />
              </AppShell>
            }
          />
          <Route path="operations/*" element={<OperatorPages />} />
        </Route>
        <Route
          path="sign-in/*"
          element={
            <AppShell name="Billing" home="/sign-in" navigation={[]}>
              <SignIn />
            </AppShell>
          }
        />
        <Route
          path="*"
          element={
            <AppShell name="Billing" home="/" navigation={[]}>
              <NotFound />
            </AppShell>
          }
        />
      </Routes>
      <Toasts />
    </RouterProvider>
  );
}
