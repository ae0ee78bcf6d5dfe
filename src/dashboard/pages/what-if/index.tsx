import { Page } from '../../ui/page.tsx';

export default function WhatIfPage() {
  return <Page title="What if" />;
}
