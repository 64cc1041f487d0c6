import { testGradients } from '../testing/grid';
import { normalisationGrid } from './normalisation.grid';

testGradients(normalisationGrid);
