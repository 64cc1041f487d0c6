import { describe, expect, it } from 'vitest';
import { foreignFormat, foreignFormats, foreignGlob, foreignWhen } from './foreignFormats';

const onnx = [{ title: 'ONNX', extensions: ['.onnx'] }];
const title = (path: string) => foreignFormat(path, onnx)?.title;

describe('foreignFormat', () => {
  it.each([
    ['/runs/model.pth', 'PyTorch'],
    ['C:\\runs\\MODEL.PT', 'PyTorch'],
    ['/runs/epoch=3.ckpt', 'PyTorch'],
    ['/runs/yolov8n.pt', 'Ultralytics'],
    ['/hub/vit/model.safetensors', 'Hugging Face'],
    ['/hub/vit/pytorch_model.bin', 'Hugging Face'],
    ['/k/cats.keras', 'Keras'],
    ['/k/vgg.weights.h5', 'Keras'],
    ['/tf/1/saved_model.pb', 'TensorFlow SavedModel'],
    ['/tf/frozen.pb', 'TensorFlow'],
    ['/tf/mobile.tflite', 'TensorFlow Lite'],
  ])('knows %s', (path, expected) => {
    expect(title(path)).toBe(expected);
  });

  it('leaves what can be read, and what is no checkpoint', () => {
    for (const path of ['/a.onnx', '/data.bin', '/pt', '/.pt', '/a.pt/cat.png', '/my_saved_model.pbtxt', ''])
      expect(title(path), path).toBeUndefined();
    expect(foreignFormat('/a.keras', [{ title: 'Keras', extensions: ['.keras'] }])).toBeUndefined();
    const savedModel = { title: 'SavedModel', extensions: [], folderFile: 'saved_model.pb' };
    expect(foreignFormat('/tf/1/saved_model.pb', [savedModel])).toBeUndefined();
  });
});

describe('the command that turns it into ONNX', () => {
  const command = (path: string) => foreignFormat(path, onnx)?.command(path);

  it('names the file and puts the result beside it', () => {
    expect(command('runs/model.pth')).toMatch(/torch\.load\('runs\/model\.pth'.*'runs\/model\.onnx'\)"$/);
    expect(command('yolo11n.pt')).toBe('yolo export model=yolo11n.pt format=onnx');
    expect(command('cats.v2.keras')).toContain(".export('cats.v2.onnx', format='onnx')");
    expect(command('tf/1/saved_model.pb')).toBe(
      'python -m tf2onnx.convert --saved-model tf/1 --output tf/1/model.onnx',
    );
    expect(command('saved_model.pb')).toBe('python -m tf2onnx.convert --saved-model . --output ./model.onnx');
    expect(command('vit/model.safetensors')).toBe('optimum-cli export onnx --model vit vit/onnx');
  });

  it('is one line that a shell takes as it is meant', () => {
    expect(command('my runs/$(touch x).tflite')).toBe(
      'python -m tf2onnx.convert --tflite "my runs/\\$(touch x).tflite" --output "my runs/\\$(touch x).onnx"',
    );
    expect(command("it's.h5")).toContain("load_model('it\\'s.h5')");
    for (const { endings, command: line } of foreignFormats) expect(line(`a b/x${endings[0]}`)).not.toContain('\n');
  });
});

describe('menus and search', () => {
  const globs = (glob: string) =>
    /^\*\*\/\{(.*)\}$/
      .exec(glob)![1]!
      .split(',')
      .map((part) => new RegExp(`^${part.replaceAll('.', '\\.').replace('*', '.*')}$`));

  it('find the same files', () => {
    const [, source, flags] = / =~ \/(.+)\/(\w*)$/.exec(foreignWhen())!;
    const when = new RegExp(source!, flags);
    const glob = globs(foreignGlob());
    for (const name of ['a.pth', 'a.pt', 'a.safetensors', 'a.h5', 'a.keras', 'a.tflite', 'saved_model.pb', 'x.pb']) {
      expect(foreignFormat(name, onnx), name).toBeDefined();
      expect(when.test(name), name).toBe(true);
      expect(
        glob.some((each) => each.test(name)),
        name,
      ).toBe(true);
    }
    for (const name of ['a.onnx', 'a.bin', '.pt', 'apt', 'a.png', 'a.pth.txt']) {
      expect(when.test(name), name).toBe(false);
      expect(foreignFormat(name, onnx), name).toBeUndefined();
    }
  });

  it('activate by those that say that the extension is wanted', () => {
    const telling = globs(foreignGlob(true));
    expect(telling.some((each) => each.test('model.pth'))).toBe(true);
    expect(telling.some((each) => each.test('frozen.pb'))).toBe(false);
  });
});
