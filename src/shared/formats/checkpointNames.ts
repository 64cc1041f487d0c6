/** The names that checkpoints go by. checkpointFormats.json is written from the engine's readers (`npm run formats`). */
import written from './checkpointFormats.json';

/** A checkpoint format as menus, discovery and messages name it. */
export interface CheckpointFormat {
  readonly title: string;
  /** Endings that its files' names usually have, in lower case: `.onnx`; a whole name where only that is usual, `model.json`. */
  readonly extensions: readonly string[];
  /** For checkpoints that are folders: the file that every such folder has, `saved_model.pb`. Chosen itself, it stands for its folder. */
  readonly folderFile?: string;
  /**
   * For checkpoints of several files: how the names of the others end, as a regular expression, `\\.meta`. Chosen itself, each stands for the
   * file of its name with the first of `extensions`.
   */
  readonly parts?: string;
}

/** Every format that can be read. */
export const checkpointFormats: readonly CheckpointFormat[] = written;

const nameOf = (path: string): string => path.split(/[\\/]/).pop() ?? '';

/** All extensions, each once. */
export function checkpointExtensions(formats = checkpointFormats): readonly string[] {
  return [...new Set(formats.flatMap((format) => format.extensions))];
}

function folderFiles(formats: readonly CheckpointFormat[]): readonly string[] {
  return [...new Set(formats.flatMap(({ folderFile }) => folderFile ?? []))];
}

/** True when a file's name looks like a checkpoint that can be read; what it really is, its bytes tell. */
export function isCheckpointName(path: string, formats = checkpointFormats): boolean {
  const name = nameOf(path).toLowerCase();
  return checkpointExtensions(formats).some(
    (ending) => name.endsWith(ending) && name !== (ending[0] === '.' ? ending : ''),
  );
}

/** The checkpoint that a chosen file stands for: the folder of a file that marks it, the main one of several files, else the file itself. */
export function checkpointOf(path: string, formats = checkpointFormats): string {
  const name = nameOf(path);
  const folder = path.slice(0, -name.length).replace(/(?<=.)[\\/]$/, '');
  if (folder !== '' && folderFiles(formats).includes(name)) return folder;
  for (const { parts, extensions } of formats) {
    const ending = parts === undefined ? null : new RegExp(`(?<=.)${parts}$`).exec(name);
    if (ending) return path.slice(0, -ending[0].length) + extensions[0];
  }
  return path;
}

/** What a dialog for opening files filters by: the last part of each name, without the dot. */
export function dialogExtensions(formats = checkpointFormats): readonly string[] {
  const names = [...checkpointExtensions(formats), ...folderFiles(formats)];
  return [...new Set(names.map((name) => name.split('.').pop() ?? name))];
}

/** As a glob below a folder: the files that are checkpoints or stand for one. */
export function checkpointGlob(formats = checkpointFormats): string {
  const eitherCase = (letter: string): string => (/[a-z]/.test(letter) ? `[${letter}${letter.toUpperCase()}]` : letter);
  const names = [
    ...checkpointExtensions(formats).map(
      (extension) => `${extension[0] === '.' ? '*' : ''}${[...extension].map(eitherCase).join('')}`,
    ),
    ...folderFiles(formats),
  ];
  return names.length === 1 ? `**/${names[0]}` : `**/{${names.join(',')}}`;
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** The `when` clause of Explorer entries for checkpoints; those of folders are told by what discovery found in the workspace. */
export function checkpointWhen(formats = checkpointFormats): string {
  const extensions = checkpointExtensions(formats).map((each) => (each[0] === '.' ? `.${quoted(each)}` : quoted(each)));
  const folders = folderFiles(formats);
  const ending = extensions.length === 1 ? extensions[0] : `(${extensions.join('|')})`;
  const parts = formats.flatMap((format) => format.parts ?? []);
  const file = [
    `!explorerResourceIsFolder && resourceFilename =~ /${ending}$/i`,
    ...parts.map((part) => `!explorerResourceIsFolder && resourceFilename =~ /.${part}$/`),
  ].join(' || ');
  if (folders.length === 0) return file;
  const marker = `!explorerResourceIsFolder && resourceFilename =~ /^(${folders.map(quoted).join('|')})$/`;
  return [file, marker, `explorerResourceIsFolder && resourcePath in ${checkpointFoldersKey}`].join(' || ');
}

/** Context key: the paths of folders in the workspace that are checkpoints. */
export const checkpointFoldersKey = 'whylight.checkpointFolders';
