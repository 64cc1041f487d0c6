import { testGradients } from '../testing/grid';
import { indexingGrid } from './indexing.grid';

testGradients(indexingGrid);
