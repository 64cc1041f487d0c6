/** The code of an archive: classes and functions by their qualified names. */
import { CheckpointError } from '../../../../../shared/errors';
import { parseCode } from '../code/parser';
import type { ClassCode, FileCode, FunctionCode } from '../code/syntax';

export class Program {
  private readonly parsed = new Map<string, FileCode>();

  /** @param files their text, by name without the archive's folder: `code/__torch__/net.py`. */
  constructor(private readonly files: ReadonlyMap<string, string>) {}

  /** `__torch__.net.Net`; undefined where there is none. */
  findClass(path: string): ClassCode | undefined {
    const at = path.lastIndexOf('.');
    return this.file(path.slice(0, at))?.code.classes.get(path.slice(at + 1));
  }

  findFunction(path: string): FunctionCode | undefined {
    const at = path.lastIndexOf('.');
    return this.file(path.slice(0, at))?.code.functions.get(path.slice(at + 1));
  }

  /** @throws CheckpointError when the network has no `forward`. */
  forward(type: string): FunctionCode {
    const method = this.findClass(type)?.methods.get('forward');
    if (method) return method;
    throw new CheckpointError(
      `The TorchScript archive holds an object of class “${type}” that has no “forward” to run.`,
    );
  }

  private file(module: string): { readonly code: FileCode } | undefined {
    const name = `code/${module.replaceAll('.', '/')}.py`;
    const known = this.parsed.get(name);
    if (known) return { code: known };
    const text = this.files.get(name);
    if (text === undefined) return undefined;
    const code = parseCode(text, name);
    this.parsed.set(name, code);
    return { code };
  }
}
