/** Imports point one way: extension → shared, webview → shared, engine → shared; methods → model → runtime → graph, formats → graph. */
const forbid = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    forbid('shared-stands-alone', '^src/shared', '^src/(extension|webview|engine)'),
    forbid('shared-has-no-node', '^src/shared/(?!.*\\.test\\.ts$)', '^(node:|fs|path|vscode$)'),
    forbid('engine-knows-no-host', '^src/engine', '^src/(extension|webview)|^vscode$'),
    forbid('webview-knows-shared-only', '^src/webview', '^src/(extension|engine)|^vscode$'),
    forbid('extension-knows-shared-only', '^src/extension', '^src/(webview|engine)'),
    forbid('graph-is-the-bottom', '^src/engine/graph/(?!testing/|.*\\.test\\.ts$)', '^src/engine/(?!graph)'),
    forbid('formats-make-graphs', '^src/engine/formats/(?!.*\\.test\\.ts$)', '^src/engine/(?!formats|graph)'),
    forbid('runtime-runs-graphs', '^src/engine/runtime/(?!.*\\.test\\.ts$)', '^src/engine/(?!runtime|graph)'),
    forbid('methods-ask-the-model', '^src/engine/methods/(?!.*\\.test\\.ts$)', '^src/engine/(runtime|formats|export|explain)'),
    forbid('testing-helps-tests-only', '^src/(?!.*(\\.(test|grid)\\.ts$|/testing/))', '/testing/|\\.grid\\.ts$'),
    forbid('toolkit-stays-in-webview', '^src/(?!webview)', '@vscode/webview-ui-toolkit'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
