/** Order of the axes of images and of what convolutions make of them: batch, channels, height and width. */
export type Layout = 'NCHW' | 'NHWC';

/** `perm` of the Transpose that makes each layout of the other. */
export const permutationTo: Readonly<Record<Layout, readonly number[]>> = { NCHW: [0, 3, 1, 2], NHWC: [0, 2, 3, 1] };
