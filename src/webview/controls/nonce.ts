/*
 * The toolkit tries out a style element while it is loaded and takes the nonce that the page's policy asks for from this tag;
 * without it, it would take the browser for one that knows no :focus-visible. Must be imported before the toolkit.
 */
const nonce = (document.currentScript as HTMLScriptElement | null)?.nonce;
if (nonce) {
  const tag = document.createElement('meta');
  tag.setAttribute('property', 'csp-nonce');
  tag.content = nonce;
  document.head.append(tag);
}

export {};
