import type { LayerCall } from '../network/layerCall';

/** Writes the operators of one call of a function; the last gives `c.output`. Throws Refused for what has no form in the graph. */
export type Write = (c: LayerCall) => unknown;
export type FunctionRules = Readonly<Record<string, Write>>;
