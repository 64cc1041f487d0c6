import { testGradients } from '../testing/grid';
import { paddingGrid } from './padding.grid';

testGradients(paddingGrid);
