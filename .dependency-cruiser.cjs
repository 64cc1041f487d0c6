/**
 * Imports point one way: extension → shared, webview → shared, engine → shared. Inside the engine: service → methods, health → model →
 * runtime, formats → graph; inside the graph: autodiff, binding → passes, inference → ops → ir.
 */
const forbid = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });
const notTests = '(?!.*\\.(test|grid)\\.ts$)';
/** Rooms of a folder, each of which may import those after it and none before it; those in one list are neighbours that do not know each other. */
const rooms = (folder, layers) =>
  layers.flatMap((layer, index) =>
    layer.map((room) => {
      const above = [...layers.slice(0, index).flat(), ...layer.filter((other) => other !== room)];
      return forbid(
        `${folder}/${room}-looks-down`,
        `^src/${folder}/${room}/${notTests}`,
        above.length === 0 ? '^$' : `^src/${folder}/(${above.join('|')})/`,
      );
    }),
  );

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    forbid('shared-stands-alone', '^src/shared', '^src/(extension|webview|engine)'),
    forbid('shared-has-no-node', `^src/shared/${notTests}`, '^(node:|fs|path|vscode$)'),
    forbid('engine-knows-no-host', '^src/engine', '^src/(extension|webview)|^vscode$'),
    forbid('webview-knows-shared-only', '^src/webview', '^src/(extension|engine)|^vscode$'),
    forbid('extension-knows-shared-only', '^src/extension', '^src/(webview|engine)'),
    ...rooms('engine', [
      ['cli'],
      ['service'],
      ['methods', 'health', 'export'],
      ['model'],
      ['formats', 'runtime', 'image'],
      ['files', 'process', 'memo'],
      ['graph'],
    ]),
    forbid('methods-ask-the-model', `^src/engine/methods/${notTests}`, '^src/engine/(runtime|formats|image)/'),
    ...rooms('engine/graph', [
      ['autodiff', 'binding'],
      ['rules', 'passes'],
      ['inference'],
      ['ops'],
      ['ir'],
    ]),
    ...rooms('engine/model', [['loaded'], ['programs'], ['evaluation', 'analysis', 'target']]),
    ...rooms('engine/image', [['findings'], ['notes', 'decoding'], ['preprocessing']]),
    ...rooms('engine/formats', [['onnx', 'tfjs', 'tflite', 'pytorch'], ['tensorflow', 'keras'], ['kit']]),
    ...rooms('engine/formats/tensorflow', [['operators'], ['graph']]),
    ...rooms('engine/formats/kit', [['kinds'], ['tensors', 'graph'], ['protobuf', 'zip', 'json'], ['bytes']]),
    ...rooms('engine/formats/pytorch', [['export', 'torchscript'], ['aten'], ['pickle']]),
    ...rooms('engine/formats/tflite', [['operators'], ['importing', 'metadata'], ['schema'], ['flatbuffer']]),
    ...rooms('engine/formats/tfjs', [['graphModel'], ['weights']]),
    ...rooms('engine/formats/onnx', [['rewrites'], ['values', 'structure'], ['proto']]),
    ...rooms('engine/formats/onnx/rewrites', [['quantised'], ['microsoft'], ['standard'], ['writing']]),
    ...rooms('engine/formats/tensorflow', [
      ['containers'],
      ['operators', 'variables'],
      ['program'],
      ['bundle', 'text'],
      ['proto'],
      ['graph'],
    ]),
    ...rooms('shared', [['protocol', 'words'], ['explanation', 'rendering'], ['question', 'formats'], ['results']]),
    ...rooms('extension', [
      ['commands'],
      ['panel'],
      ['compare'],
      ['inspect', 'checkpoints', 'methods', 'save', 'status'],
      ['engine', 'images'],
      ['host'],
    ]),
    ...rooms('webview', [['components'], ['controls', 'styles', 'view', 'state']]),
    forbid('tests-help-tests-only', `^src/${notTests}`, '^test/|\\.(test|grid)\\.ts$'),
    forbid('toolkit-stays-in-webview', '^src/(?!webview)', '@vscode/webview-ui-toolkit'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
