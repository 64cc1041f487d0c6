import { describe, expect, it } from 'vitest';
import { chosenMethods } from './chosenMethods';

const known = [{ id: 'gradient' }, { id: 'grad-cam' }, { id: 'occlusion' }];

describe('chosenMethods', () => {
  it("keeps the engine's order and leaves out what it does not have", () => {
    expect(chosenMethods(['occlusion', 'removed', 'gradient'], known)).toEqual(['gradient', 'occlusion']);
  });

  it('means all when nothing usable is chosen', () => {
    expect(chosenMethods([], known)).toEqual(['gradient', 'grad-cam', 'occlusion']);
    expect(chosenMethods(['removed'], known)).toHaveLength(3);
  });
});
