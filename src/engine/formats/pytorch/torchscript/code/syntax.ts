/** What a file of TorchScript code consists of. */

export type Expression =
  | { readonly is: 'constant'; readonly value: number | string | boolean | null; readonly line: number }
  | { readonly is: 'name'; readonly name: string; readonly line: number }
  | { readonly is: 'attribute'; readonly of: Expression; readonly name: string; readonly line: number }
  | { readonly is: 'item'; readonly of: Expression; readonly index: Expression; readonly line: number }
  | { readonly is: 'list' | 'tuple'; readonly items: readonly Expression[]; readonly line: number }
  | { readonly is: 'dict'; readonly entries: readonly (readonly [Expression, Expression])[]; readonly line: number }
  | { readonly is: 'unary'; readonly operator: string; readonly of: Expression; readonly line: number }
  | {
      readonly is: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | {
      readonly is: 'choice';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
      readonly line: number;
    }
  | {
      readonly is: 'call';
      readonly callee: Expression;
      readonly positional: readonly Expression[];
      readonly named: readonly (readonly [string, Expression])[];
      readonly line: number;
    };

export type Block = readonly Statement[];

export type Statement =
  | { readonly is: 'expression'; readonly value: Expression; readonly line: number }
  | {
      readonly is: 'assign';
      readonly targets: readonly Expression[];
      readonly value: Expression;
      readonly line: number;
    }
  | { readonly is: 'declare'; readonly name: string; readonly line: number }
  | { readonly is: 'return'; readonly value: Expression; readonly line: number }
  | { readonly is: 'pass' | 'break' | 'continue'; readonly line: number }
  | {
      readonly is: 'if';
      readonly condition: Expression;
      readonly yes: Block;
      readonly no: Block;
      readonly line: number;
    }
  | {
      readonly is: 'for';
      readonly target: Expression;
      readonly over: Expression;
      readonly body: Block;
      readonly line: number;
    }
  | { readonly is: 'while'; readonly condition: Expression; readonly body: Block; readonly line: number }
  | { readonly is: 'assert'; readonly condition: Expression; readonly line: number }
  | { readonly is: 'with'; readonly body: Block; readonly line: number };

export interface Parameter {
  readonly name: string;
  readonly type: Expression | undefined;
  /** What it is when it is not given; undefined when it must be. */
  readonly usual: Expression | undefined;
}

export interface FunctionCode {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly parameters: readonly Parameter[];
  readonly body: Block;
}

export interface ClassCode {
  readonly name: string;
  /** `Module`, `NamedTuple`, `Enum`, `Interface`; empty for a plain class. */
  readonly base: string;
  readonly methods: ReadonlyMap<string, FunctionCode>;
  /** Declared attributes in their order. */
  readonly fields: readonly string[];
  /** Values of class constants. */
  readonly values: ReadonlyMap<string, Expression>;
}

export interface FileCode {
  readonly classes: ReadonlyMap<string, ClassCode>;
  readonly functions: ReadonlyMap<string, FunctionCode>;
}
