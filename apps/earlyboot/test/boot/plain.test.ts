import { runScenarios } from "../support/run-scenarios.ts";
import { plain } from "./scenarios/plain.ts";

runScenarios(plain);
