"""bulk-import: from the enrolment sheet you have to OneFile accounts."""
