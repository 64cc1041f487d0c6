import { describe, expect, it } from 'vitest';
import { decideCheckpoint, folderOfChoice, isInside, remember, resolveSetting, sortCandidates } from './decide';

const root = '/photos-project';
const cat = '/photos-project/imagenet/cat.png';
const star = '/photos-project/shapes/images/star.png';
const mobile = '/photos-project/imagenet/mobile.onnx';
const early = '/photos-project/shapes/early.onnx';
const last = '/photos-project/shapes/last.onnx';
const candidates = [early, last, mobile];

describe('decideCheckpoint', () => {
  it('takes the only checkpoint of the nearest folder that has any', () => {
    expect(decideCheckpoint(cat, root, candidates, {})).toEqual({ kind: 'use', checkpoint: mobile });
    expect(decideCheckpoint('/photos-project/cat.png', root, [mobile], {})).toEqual({
      kind: 'use',
      checkpoint: mobile,
    });
  });

  it('asks when that folder has several', () => {
    expect(decideCheckpoint(star, root, candidates, {})).toEqual({
      kind: 'ask',
      folder: '/photos-project/shapes',
      candidates: [early, last],
    });
    expect(decideCheckpoint('/photos-project/photos/x.png', root, candidates, {})).toMatchObject({
      kind: 'ask',
      folder: root,
    });
  });

  it('asks once: the answer holds for the folder and not for its neighbours', () => {
    const remembered = remember({}, '/photos-project/shapes', last);
    expect(decideCheckpoint(star, root, candidates, remembered)).toEqual({ kind: 'use', checkpoint: last });
    expect(decideCheckpoint(cat, root, candidates, remembered)).toEqual({ kind: 'use', checkpoint: mobile });
  });

  it('lets a choice for the whole workspace overrule what was remembered inside', () => {
    const remembered = remember(remember({}, '/photos-project/shapes', last), root, mobile);
    expect(remembered).toEqual({ [root]: mobile });
    expect(decideCheckpoint(star, root, candidates, remembered)).toEqual({ kind: 'use', checkpoint: mobile });
  });

  it('says when there is none', () => {
    expect(decideCheckpoint(cat, root, [], {})).toEqual({ kind: 'none', folder: root });
  });
});

describe('folderOfChoice', () => {
  it('is the nearest folder with checkpoints, or the root for a file from elsewhere', () => {
    expect(folderOfChoice(star, root, candidates, early)).toBe('/photos-project/shapes');
    expect(folderOfChoice(star, root, candidates, '/elsewhere/net.onnx')).toBe(root);
    expect(folderOfChoice(undefined, root, candidates, early)).toBe(root);
  });
});

describe('sortCandidates', () => {
  it('puts the nearest first and counts numbers as numbers', () => {
    const epochs = [
      '/photos-project/runs/epoch10.onnx',
      '/photos-project/runs/epoch9.onnx',
      '/photos-project/other/deep/net.onnx',
    ];
    expect(sortCandidates(epochs, '/photos-project/runs')).toEqual([epochs[1], epochs[0], epochs[2]]);
  });
});

describe('paths', () => {
  it('tell inside from beside', () => {
    expect(isInside('/photos-project/a', '/photos-project')).toBe(true);
    expect(isInside('/photos-project/..a', '/photos-project')).toBe(true);
    expect(isInside('/photos-project', '/photos-project')).toBe(false);
    expect(isInside('/photos-projectshop/a', '/photos-project')).toBe(false);
  });

  it('of a setting may be relative to the workspace folder', () => {
    expect(resolveSetting('runs/last.onnx', root)).toBe('/photos-project/runs/last.onnx');
    expect(resolveSetting('/nets/last.onnx', root)).toBe('/nets/last.onnx');
  });
});
