import { describe, expect, it } from 'vitest';
import { checkpointGlob, checkpointWhen } from './checkpointNames';
import { foreignFormat, foreignFormats, foreignGlob, foreignWhen } from './foreignFormats';

const onnx = [{ title: 'ONNX', extensions: ['.onnx'] }];
const withPrograms = [...onnx, { title: 'TorchScript', extensions: ['.pt', '.pth', '.ckpt'] }];
const title = (path: string) => foreignFormat(path)?.title;

describe('foreignFormat', () => {
  it.each([
    ['/runs/model.pth', 'PyTorch'],
    ['C:\\runs\\MODEL.PT', 'PyTorch'],
    ['/runs/epoch=3.ckpt', 'PyTorch'],
    ['/runs/yolov8n.pt', 'Ultralytics'],
    ['/hub/vit/model.safetensors', 'Hugging Face'],
    ['/hub/vit/pytorch_model.bin', 'Hugging Face'],
  ])('knows %s', (path, expected) => {
    expect(title(path)).toBe(expected);
  });

  it('has nothing to say of what holds its program, and of what is no checkpoint', () => {
    const names = [
      '/a.onnx',
      '/a.keras',
      '/a.pt2',
      '/a.tflite',
      '/tf/saved_model.pb',
      '/tf/frozen.pb',
      '/m/model.json',
    ];
    for (const path of [...names, '/data.bin', '/pt', '/.pt', '/a.pt/cat.png', ''])
      expect(title(path), path).toBeUndefined();
  });
});

describe('the command that turns it into ONNX', () => {
  const command = (path: string) => foreignFormat(path)?.command(path);

  it('names the file and puts the result beside it', () => {
    expect(command('runs/model.pth')).toMatch(/torch\.load\('runs\/model\.pth'.*'runs\/model\.onnx'\)"$/);
    expect(command('yolo11n.pt')).toBe('yolo export model=yolo11n.pt format=onnx');
    expect(command('vit/model.safetensors')).toBe('optimum-cli export onnx --model vit vit/onnx');
    expect(command('model.safetensors')).toBe('optimum-cli export onnx --model . ./onnx');
  });

  it('is one line that a shell takes as it is meant', () => {
    expect(command('my runs/$(touch x)/model.safetensors')).toBe(
      'optimum-cli export onnx --model "my runs/\\$(touch x)" "my runs/\\$(touch x)/onnx"',
    );
    expect(command("it's.pth")).toContain("load('it\\'s.pth'");
    for (const { endings, command: line } of foreignFormats) expect(line(`a b/x${endings[0]}`)).not.toContain('\n');
  });
});

describe('menus and search', () => {
  const globs = (glob: string | null) =>
    (/^\*\*\/\{(.*)\}$/.exec(glob ?? '')?.[1] ?? '')
      .split(',')
      .map((part) => new RegExp(`^${part.replaceAll('.', '\\.').replace('*', '.*')}$`));
  const pattern = (clause: string) => {
    const [, source, flags] = / =~ \/(.+)\/(\w*)$/.exec(clause)!;
    return new RegExp(source!, flags);
  };

  it('find the same files', () => {
    const when = pattern(foreignWhen(onnx));
    const glob = globs(foreignGlob(onnx));
    for (const name of ['a.pth', 'a.pt', 'a.safetensors', 'x.ckpt', 'pytorch_model.bin']) {
      expect(foreignFormat(name), name).toBeDefined();
      expect(when.test(name), name).toBe(true);
      expect(
        glob.some((each) => each.test(name)),
        name,
      ).toBe(true);
    }
    for (const name of ['a.onnx', 'a.bin', '.pt', 'apt', 'a.png', 'a.pth.txt']) {
      expect(when.test(name), name).toBe(false);
      expect(foreignFormat(name), name).toBeUndefined();
    }
  });

  it('leave names that a reader has to its own entries, so that no file has two', () => {
    const own = pattern(checkpointWhen(withPrograms));
    const foreign = pattern(foreignWhen(withPrograms));
    for (const name of ['a.pt', 'a.pth', 'a.ckpt', 'a.safetensors', 'pytorch_model.bin', 'a.onnx'])
      expect([own.test(name), foreign.test(name)].filter(Boolean), name).toHaveLength(1);
    expect(checkpointGlob(withPrograms)).toContain('[pP][tT][hH]');
    expect(foreignGlob(withPrograms)).toBe('**/{*.safetensors,pytorch_model.bin}');
    expect(foreignGlob([{ title: 'all', extensions: ['.pt', '.pth', '.ckpt', '.safetensors', '.bin'] }])).toBeNull();
  });
});
