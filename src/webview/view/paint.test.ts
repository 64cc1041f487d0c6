import { describe, expect, it } from 'vitest';
import { frameImage } from './frameImage';
import { PaintQueue } from './paintQueue';

describe('paint queue', () => {
  function queue(milliseconds: number) {
    const frames: (() => void)[] = [];
    let time = 0;
    const paints = new PaintQueue(
      (callback) => frames.push(callback),
      () => time,
      12,
    );
    const done: string[] = [];
    const put = (owner: object, name: string) =>
      paints.put(owner, () => {
        time += milliseconds;
        done.push(name);
      });
    return { paints, frames, done, put, frame: () => frames.shift()?.() };
  }

  it('paints in one frame, only the newest job of each card', () => {
    const { put, frame, frames, done } = queue(1);
    const [a, b] = [{}, {}];
    put(a, 'a1');
    put(b, 'b1');
    put(a, 'a2');
    expect(frames).toHaveLength(1);
    frame();
    expect(done.sort()).toEqual(['a2', 'b1']);
    expect(frames).toHaveLength(0);
  });

  it('spreads slow jobs over frames', () => {
    const { put, frame, frames, done } = queue(7);
    for (const name of ['a', 'b', 'c']) put({}, name);
    frame();
    expect(done).toEqual(['a', 'b']);
    expect(frames).toHaveLength(1);
    frame();
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('goes on after a job that throws, and forgets dropped ones', () => {
    const { paints, put, frame, done } = queue(1);
    const dropped = {};
    paints.put({}, () => {
      throw new Error('bad map');
    });
    put(dropped, 'dropped');
    put({}, 'kept');
    paints.drop(dropped);
    expect(frame).toThrow('bad map');
    frame();
    expect(done).toEqual(['kept']);
  });
});

describe('frameImage', () => {
  const image = { width: 4, height: 3, data: new Uint8Array(36).fill(200) };

  it('is the image itself without a region', () => {
    const pixels = frameImage(image, null);
    expect([...pixels.subarray(0, 4)]).toEqual([200, 200, 200, 255]);
    expect(pixels).toHaveLength(48);
  });

  it('dims what lies outside and draws the border inside the region', () => {
    const pixels = frameImage(image, { x: 1, y: 0, width: 3, height: 3 });
    const grey = Array.from({ length: 12 }, (_, i) => pixels[4 * i]);
    expect(grey).toEqual([90, 255, 255, 255, 90, 255, 0, 255, 90, 255, 255, 255]);
  });
});
