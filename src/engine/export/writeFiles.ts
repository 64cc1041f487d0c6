import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError, WhylightError } from '../../shared/errors';
import type { EncodedFile } from '../../shared/protocol/protocol';
import { parseJson } from '../files/json';
import { FileProblem, readRegularFile } from '../files/regularFile';
import { withFolderLock } from './folderLock';

/** Says which files of a folder belong together; put there last, so that a folder that has one is whole. */
const recordName = 'result.json';

/** Files are made ready in folders of such names. */
const stageName = /^\.whylight-.*\.tmp$/;

/** A stage of this age, in milliseconds, was left behind by a run that was killed. */
const staleStage = 600_000;

async function statIfThere(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

const exists = async (path: string): Promise<boolean> => (await statIfThere(path)) !== null;

const isFolder = async (path: string): Promise<boolean> => (await statIfThere(path))?.isDirectory() ?? false;

const failure = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'mkdir' });

/** Makes a folder and those around it. Node's own way of doing this never ends where the system makes no folders, as in /proc. */
async function makeFolder(path: string, wanted = path): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeFolder(dirname(path), wanted);
      await mkdir(path);
    } else if (!(await isFolder(path))) {
      throw code === 'EEXIST' && path !== wanted ? failure('ENOTDIR') : error;
    }
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!stageName.test(name)) continue;
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleStage) await rm(path, { recursive: true, force: true });
  }
}

interface RunRecord {
  readonly image?: unknown;
  readonly model?: { readonly sha256?: unknown };
  readonly input?: { readonly preprocessing?: unknown };
  readonly target?: { readonly index?: unknown };
  readonly output?: unknown;
  readonly methods?: unknown;
}

async function readRecord(path: string): Promise<RunRecord> {
  try {
    return (parseJson((await readRegularFile(path, 1 << 26)).toString('utf8')) ?? {}) as RunRecord;
  } catch (error) {
    if (error instanceof FileProblem || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** What the maps of a run are about: maps of one image, model and class belong together, however many runs made them. */
function subject({ image, model, input, target, output }: RunRecord): string {
  return JSON.stringify([image, model?.sha256, input?.preprocessing, target?.index, output]);
}

/** The raw maps and overlays that a record names. */
function mapsOf({ methods }: RunRecord): string[] {
  if (!Array.isArray(methods)) return [];
  return methods
    .flatMap((method: { readonly file?: unknown; readonly overlay?: unknown } | null) => [
      method?.file,
      method?.overlay,
    ])
    .filter((value): value is string => typeof value === 'string' && /\.(npy|png)$/.test(value) && isPlain(value));
}

const isPlain = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && basename(name) === name;

/**
 * Puts files that are ready into a folder that may hold those of an earlier run. Maps of that run that the new one lacks stay when they are
 * about the same, and go when they answer another question: beside the new record they would be taken for its own.
 */
async function replaceRun(stage: string, folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (await isFolder(join(folder, name))) throw failure('EISDIR');
  }
  const earlier = await readRecord(join(folder, recordName));
  const fresh = await readRecord(join(stage, recordName));
  const stale = subject(earlier) === subject(fresh) ? [] : mapsOf(earlier).filter((name) => !names.includes(name));
  await rm(join(folder, recordName), { force: true });
  for (const name of stale) await rm(join(folder, name), { force: true });
  const last = (name: string): number => Number(name === recordName);
  for (const name of [...names].sort((a, b) => last(a) - last(b))) await rename(join(stage, name), join(folder, name));
}

async function stageFiles(stage: string, files: readonly EncodedFile[]): Promise<void> {
  await mkdir(stage);
  for (const { name, bytes } of files) {
    const file = await open(join(stage, name), 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Renames the stage to a folder that is not there yet; false when another run made it in the meantime. */
async function becomes(stage: string, folder: string): Promise<boolean> {
  try {
    await rename(stage, folder);
    return true;
  } catch (error) {
    if (await isFolder(folder)) return false;
    throw error;
  }
}

/**
 * Writes the files of one run into a folder. All of them are made ready in a folder beside their place first. Where there was no folder
 * that one becomes it, at once; else they take the places of the earlier run's under a lock, result.json last. So a folder with a
 * result.json holds maps of one question, and files of others; a run that fails or is killed before leaves what was there.
 *
 * @throws UsageError when the folder cannot be written to; WhylightError when the disk fails.
 */
export async function writeFiles(folder: string, files: readonly EncodedFile[]): Promise<void> {
  const target = resolve(folder);
  const unfit = files.find(({ name }) => !isPlain(name));
  if (unfit) throw new RangeError(`“${unfit.name}” is not a plain file name.`);
  let stage: string | undefined;
  try {
    const there = await isFolder(target);
    if (!there && (await exists(target))) throw failure('EEXIST');
    const around = there ? target : dirname(target);
    await makeFolder(around, target);
    await removeLeftovers(around);
    stage = join(around, `.whylight-${randomUUID()}.tmp`);
    await stageFiles(stage, files);
    if (!there && (await becomes(stage, target))) return;
    const names = files.map(({ name }) => name);
    const ready = stage;
    await withFolderLock(target, () => replaceRun(ready, target, names));
    await rm(stage, { recursive: true, force: true });
  } catch (error) {
    if (stage !== undefined) await rm(stage, { recursive: true, force: true }).catch(() => undefined);
    throw inWords(folder, error);
  }
}

/** What the usual failures of a file system mean, in words. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of this path is a file, not a folder',
  EEXIST: 'there is a file of this name, not a folder',
  EISDIR: 'there is a folder where a file is to be written',
  ENAMETOOLONG: 'the path is too long',
  ELOOP: 'a part of this path is a link that leads back to itself',
};

/** An error of the file system as a sentence; any other as it is. */
function inWords(folder: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof WhylightError || typeof code !== 'string' || syscall === undefined) return error;
  const reason = reasons[code];
  if (reason !== undefined) return new UsageError(`The results cannot be written to ${folder}: ${reason}.`);
  const why = code === 'EIO' ? 'the disk reports an error (EIO)' : `the system says ${code}`;
  return new WhylightError('engine', `The results cannot be written to ${folder}: ${why}.`, { cause: error });
}
