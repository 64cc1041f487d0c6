import { describe, expect, it } from 'vitest';
import { renderPage } from './page';

const page = renderPage({
  nonce: 'abc123',
  cspSource: 'https://cdn.example',
  scriptUrl: 'https://cdn.example/dist/webview.js?a=1&b=2',
  language: 'de',
  title: '"><script>alert(1)</script>.png',
});

describe('renderPage', () => {
  it('allows scripts by nonce only', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-abc123'");
    expect(policy).not.toMatch(/unsafe/);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<script nonce="abc123"');
  });

  it('cannot be broken by a file name', () => {
    expect(page).toContain('<title>&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;.png</title>');
    expect(page).toContain('webview.js?a=1&#38;b=2');
  });

  it('tells its language', () => {
    expect(page).toContain('<html lang="de">');
  });
});
