"""Floor 3: flask seed …: reference data, a small living university, a large one."""
