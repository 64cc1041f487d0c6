import type { OpenedPage } from './openPage';

/** Elements whose content is cut off or sticks out of the window, over all shadow roots. */
export async function overflowing(opened: OpenedPage): Promise<readonly string[]> {
  return opened.page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const element of root.querySelectorAll('*')) {
        const box = element.getBoundingClientRect();
        const hidden =
          element.closest('.hidden-text, .frame, [hidden], .scrolls, .text *, h2 *') !== null || box.width === 0;
        if (!hidden && (box.right > innerWidth + 0.5 || box.left < -0.5)) {
          found.push(`${element.tagName.toLowerCase()}.${element.getAttribute('class')} ${box.left}..${box.right}`);
        }
        // The toolkit's own shadow trees hide what does not fit on purpose.
        if (
          element.shadowRoot !== null &&
          !element.localName.startsWith('vscode-') &&
          element.closest('.scrolls') === null
        )
          visit(element.shadowRoot);
      }
    };
    visit(document);
    return found;
  });
}
