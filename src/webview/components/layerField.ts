import { html, nothing, type TemplateResult } from 'lit';
import type { ChosenLayer, LayerInfo } from '../../shared/results/layers';
import type { ChooseEvent, Found } from './combobox';
import './combobox';
import { formatShape } from '../view/format';
import { searchLayers } from '../view/layerSearch';
import type { Words } from '../view/words';

export interface LayerFieldOptions {
  readonly layers: readonly LayerInfo[];
  /** The layer in use and why. */
  readonly chosen: ChosenLayer | null;
  /** True when the reader chose the layer, so that the default can be restored. */
  readonly overridden: boolean;
  readonly words: Words;
  /** Undefined for the model's default. */
  readonly choose: (layer: string | undefined) => void;
}

/** What stands for the default among the layers' names, which are never empty. */
const defaultLayer = '';

/** The target layer of the class activation maps; another one is found as one types. Nothing where a model has none. */
export function layerField(options: LayerFieldOptions): TemplateResult | typeof nothing {
  const { layers, chosen, words, choose } = options;
  if (!layers.some((layer) => layer.spatial)) return nothing;
  return html`<div class="field">
    <span class="field-label" aria-hidden="true">${words('layer.title')}</span>
    <wl-combobox
      class="layer-field"
      .label=${words('layer.search')}
      .name=${'layer'}
      .value=${chosen?.name ?? ''}
      .chosen=${chosen?.name ?? ''}
      .tip=${chosen === null ? '' : `${chosen.name}\n${chosen.why}`}
      .search=${(text: string) => findLayers(options, text)}
      @wl-choose=${({ detail }: ChooseEvent) => {
        if (detail === defaultLayer) choose(undefined);
        else if (detail !== chosen?.name) choose(detail);
      }}
    ></wl-combobox>
  </div>`;
}

function findLayers({ layers, chosen, overridden, words }: LayerFieldOptions, text: string): Found {
  const found = searchLayers(layers, text);
  const choices = found.map(({ name, operator, shape }) => ({
    id: name,
    name,
    detail: `${operator} ${formatShape(shape)}`,
  }));
  const restore = overridden && text === '' ? [{ id: defaultLayer, name: words('layer.useDefault'), detail: '' }] : [];
  return {
    choices: [...restore, ...choices],
    note: chosen?.why ?? '',
    problem: found.length === 0 ? words('layer.none', text) : null,
  };
}
