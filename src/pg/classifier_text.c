/*
 * classifier_text.c
 *	  See classifier_text.h.
 */
#include "postgres.h"

#include "classifier_text.h"
#include "compat.h"
#include "core_memory.h"

ClassifierMemory
classifier_memory(MemoryContext context)
{
	ClassifierMemory memory = {core_resize, core_poll, context};

	return memory;
}

const char *
classifier_folding(void)
{
	static char name[TEXTFOLD_VERSION_SIZE];

	if (name[0] == '\0')
	{
		textfold_version(name);
		name[CLASSIFIER_FOLDING - 1] = '\0';
	}
	return name;
}

void
classifier_check_folding(const Classifier *classifier)
{
	if (strcmp(classifier->folding, classifier_folding()) != 0)
		ereport(WARNING,
		        (errmsg("a classifier was trained with another folding"),
		         errdetail("It was trained with \"%s\"; this server has "
		                   "\"%s\".",
		                   classifier->folding, classifier_folding()),
		         errhint("Some characters may be taken for others.  Train it "
		                 "again.")));
}
