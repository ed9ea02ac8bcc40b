"""The pages of a report: one file each, which gathers what its template shows."""
