import { testGradients } from '../../../../test/support/graph/grid';
import { normalisationGrid } from './normalisation.grid';

testGradients(normalisationGrid);
